// Reads feeds with feedsmith or rss-parser: `node read.mjs READER URL…` writes the items as JSON.

import { parseFeed } from "feedsmith";
import Parser from "rss-parser";

const ATTRIBUTE_TEXT = (category) => category._ ?? category;

const fromFeedsmith = {
  rss: (item) => ({
    id: item.guid.value,
    title: item.title,
    link: item.link,
    published: new Date(item.pubDate).toISOString(),
    updated: item.atom.updated,
    authors: item.dc?.creators ?? [],
    tags: item.categories.map((category) => category.name),
    summary: item.description,
    content: item.content.encoded,
    enclosures: item.enclosures ?? [],
  }),
  atom: (entry) => ({
    id: entry.id,
    title: entry.title.value,
    link: entry.links.find((link) => (link.rel ?? "alternate") === "alternate").href,
    published: entry.published,
    updated: entry.updated,
    authors: (entry.authors ?? []).map((author) => author.name),
    tags: entry.categories.map((category) => category.term),
    summary: entry.summary.value,
    content: entry.content.value,
    enclosures: entry.links
      .filter((link) => link.rel === "enclosure")
      .map(({ href, type, length }) => ({ url: href, type, length })),
  }),
  json: (item) => ({
    id: item.id,
    title: item.title,
    link: item.url,
    published: item.date_published,
    updated: item.date_modified,
    authors: (item.authors ?? []).map((author) => author.name),
    tags: item.tags,
    summary: item.summary,
    content: item.content_html,
    enclosures: (item.attachments ?? []).map((file) => ({
      url: file.url,
      type: file.mime_type,
      length: file.size_in_bytes,
    })),
  }),
};

async function feedsmith(url) {
  const answer = await fetch(url);
  const { format, feed } = parseFeed(await answer.text());
  return (feed.entries ?? feed.items).map(fromFeedsmith[format]);
}

// rss-parser knows RSS's summary and text under other names than Atom's, and keeps no second date for either.
async function rssParser(url) {
  const { items } = await new Parser({
    customFields: { item: ["description", ["dc:creator", "creators", { keepArray: true }]] },
  }).parseURL(url);
  return items.map((item) => ({
    id: item.guid ?? item.id,
    title: item.title,
    link: item.link,
    published: item.isoDate,
    authors: item.creators ?? (item.author ? [item.author] : []),
    ...(item.categories && { tags: item.categories.map(ATTRIBUTE_TEXT) }),
    summary: item.description ?? item.summary,
    content: item["content:encoded"] ?? item.content,
    enclosures: item.enclosure ? [{ ...item.enclosure, length: Number(item.enclosure.length) }] : [],
  }));
}

const [reader, ...urls] = process.argv.slice(2);
const read = { feedsmith, "rss-parser": rssParser }[reader];
console.log(JSON.stringify((await Promise.all(urls.map(read))).flat()));

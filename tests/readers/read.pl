# Reads feeds with XML::Feed: `perl read.pl URL…` writes the items as JSON.

use strict;
use warnings;
use DateTime;
use JSON::PP;
use URI;
use XML::Atom;
use XML::Feed;

# Otherwise texts of Atom come as bytes, those of RSS as characters.
$XML::Atom::ForceUnicode = 1;
# Otherwise only the last of several enclosures is given.
$XML::Feed::MULTIPLE_ENCLOSURES = 1;

my @items;
for my $url (@ARGV) {
    my $feed = XML::Feed->parse(URI->new($url)) or die XML::Feed->errstr;
    for my $entry ($feed->entries) {
        push @items, {
            id => $entry->id,
            title => $entry->title,
            link => $entry->link,
            published => moment($entry->issued),
            updated => moment($entry->modified),
            authors => [authors($entry)],
            tags => [$entry->category],
            summary => $entry->summary->body,
            content => $entry->content->body,
            enclosures => [map { file($_) } grep { defined } $entry->enclosure],
        };
    }
}
print JSON::PP->new->utf8->encode(\@items);

sub moment {
    my $time = shift->clone->set_time_zone('UTC');
    return $time->ymd . 'T' . $time->hms . '+00:00';
}

# Several names come as a reference to their list, contrary to what its manual says.
sub authors {
    my ($author) = shift->author;
    return ref $author ? @$author : grep { defined && length } $author;
}

sub file {
    my $file = shift;
    return { url => $file->url, type => $file->type, length => $file->length + 0 };
}

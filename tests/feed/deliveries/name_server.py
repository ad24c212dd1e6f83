"""A DNS server on loopback whose answers a test changes as it likes, and a resolver that asks it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import cast

from aiohttp.abc import AbstractResolver, ResolveResult
from dnslib import AAAA, CNAME, QTYPE, RCODE, RR, A, DNSHeader, DNSRecord

Answers = tuple[str, ...]
"""Addresses, or one name that stands for another."""


@dataclass
class NameServer(asyncio.DatagramProtocol):
    """Answers each lookup of a name with the next of its answers, the last one again and again."""

    names: dict[str, list[Answers]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question; A and AAAA of one lookup get one step of the answers."""
        question = DNSRecord.parse(data)
        name, kind = str(question.q.qname).rstrip("."), QTYPE[question.q.qtype]
        steps = self.names.get(name, [])
        if kind == "A":
            self.asked.append(name)
        now = steps[0] if steps else ()
        if kind == "AAAA" and len(steps) > 1:
            steps.pop(0)
        reply = DNSRecord(
            DNSHeader(id=question.header.id, qr=1, ra=1, rcode=RCODE.NOERROR if steps else RCODE.NXDOMAIN),
            q=question.q,
        )
        for answer in now:
            record = _record(name, answer)
            if QTYPE[record.rtype] in {kind, "CNAME"}:
                reply.add_answer(record)
        assert self.transport is not None
        self.transport.sendto(reply.pack(), addr)

    def resolver(self) -> AbstractResolver:
        """Return a resolver that asks this server, and nobody else."""
        assert self.transport is not None
        return _Resolver(self.transport.get_extra_info("sockname")[1])


def _record(name: str, answer: str) -> RR:
    try:
        address = ip_address(answer)
    except ValueError:
        return RR(name, QTYPE.CNAME, rdata=CNAME(answer), ttl=0)
    if address.version == 4:
        return RR(name, QTYPE.A, rdata=A(tuple(address.packed)), ttl=0)
    return RR(name, QTYPE.AAAA, rdata=AAAA(tuple(address.packed)), ttl=0)


class _Resolver(AbstractResolver):
    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return what the server answers, a name that stands for another followed."""
        found: list[str] = []
        for kind in ("A", "AAAA"):
            question = DNSRecord.question(host, kind)
            reply = DNSRecord.parse(
                await asyncio.to_thread(question.send, "127.0.0.1", self._port, timeout=5)
            )
            for record in reply.rr:
                if QTYPE[record.rtype] == "CNAME":
                    return await self.resolve(str(record.rdata).rstrip("."), port, family)
                found.append(str(ip_address(bytes(record.rdata.data))))
        if not found:
            raise OSError(socket.EAI_NONAME, "no such name")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing is kept open."""


@asynccontextmanager
async def a_name_server() -> AsyncIterator[NameServer]:
    """Run a name server on a free port of 127.0.0.1."""
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        NameServer, local_addr=("127.0.0.1", 0)
    )
    try:
        yield server
    finally:
        transport.close()

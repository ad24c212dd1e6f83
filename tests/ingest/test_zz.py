import asyncio,time,random,pytest
from tests.ingest.service import *
from tests.ingest.conftest import ingest
async def test_rate(ingest, redis):
    for name,call in [("healthz",lambda n: ingest.client.get("/healthz")),("GET 404",lambda n: ingest.client.get("/articles/x")),("POST empty",lambda n: ingest.client.post("/articles")),("POST bad",lambda n: ingest.client.post("/articles",json={})),("POST new",lambda n: ingest.post(title=f"s {n}")),("POST same",lambda n: ingest.post(title=f"s {n}"))]:
        t0=time.time(); c0=time.process_time()
        for n in range(100): await call(n)
        print("RATE",name,round((time.time()-t0)*10,2),"ms wall", round((time.process_time()-c0)*10,2),"ms cpu")

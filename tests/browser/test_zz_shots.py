import pytest
from pathlib import Path
from tests.browser.conftest import *
def test_shots(browser, site):
    Path("/tmp/shots").mkdir(exist_ok=True)
    for name,path in {"landing":"/","search":"/?q=ana","group":"/?group=author&page=2","article":"/articles/ice-roads","rtl":"/articles/bread","pod":"/articles/ports","gone":"/articles/gone","long":"/articles/long","hostile":"/articles/hostile"}.items():
        for w in (390,1280):
            for dark in (False,True):
                with browser.page(w,dark=dark) as p:
                    st=p.open(site.url+path)
                    p.screenshot(Path(f"/tmp/shots/{name}-{w}-{'dark' if dark else 'light'}.png"))
                    print(name,w,st,p.evaluate("document.documentElement.scrollWidth"),p.complaints(),set(u.split('/')[2] for u in p.requested()), len(p.evaluate("document.documentElement.outerHTML")))

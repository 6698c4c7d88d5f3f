"""The gateway: identity, the way to every service, and what is merged from all of them (统一入口)."""

from fastapi import FastAPI
from starlette.middleware import Middleware

from gateway import clients, gauges
from gateway.audit import routes as audit
from gateway.changes import reading
from gateway.changes import routes as changes
from gateway.docs import routes as docs
from gateway.identity import routes as identity
from gateway.identity import tables as accounts
from gateway.identity.ended import operations as ended
from gateway.identity.exchange import clients as issuers
from gateway.identity.following import job as erased
from gateway.identity.local_accounts import job as local
from gateway.identity.tokens import signing
from gateway.overviews import routes as overviews
from gateway.pages import routes as pages
from gateway.plans import routes as plans
from gateway.plans.briefings import routes as briefings
from gateway.plans.public import routes as public
from gateway.plans.reports import routes as reports
from gateway.plans.subtargets import routes as subtargets
from gateway.reference import routes as reference
from gateway.routing import cors, forwarding
from gateway.search import routes as search
from gateway.settings import Settings
from gateway.verification import routes as verification
from gateway.webhooks import routes as webhooks
from gateway.webhooks.deliveries import job as sending
from gateway.webhooks.following import job as following
from gateway.worklist import routes as worklist
from shared import county, web
from shared.settings import load
from shared.web import kernel

ROUTERS = (
    *identity.ROUTERS,
    plans.router,
    public.router,
    subtargets.router,
    briefings.router,
    reports.router,
    reference.router,
    changes.router,
    audit.router,
    *overviews.ROUTERS,
    search.router,
    worklist.router,
    webhooks.router,
    pages.router,
    docs.router,
    verification.router,
)


def build(of: Settings) -> FastAPI:
    services = {name: clients.check(name) for name in kernel.SERVICES if name != "gateway"}
    checks = services | ({"local_accounts": local.check} if of.local_clients else {})
    jobs = (erased.erasures, following.follow_all, sending.keep_sending, *((local.keep_trying,) if of.local_clients else ()))
    part = web.Part(
        "gateway", county.here().title, ROUTERS, jobs=jobs, forgets=accounts.FORGETS, checks=checks, gauges=gauges.GAUGES, merges=True
    )
    app = web.create_app(part, of)
    made: web.Kernel = app.state.kernel
    app.state.known = clients.Known()
    app.state.feed_turns = reading.turns(made)
    made.watch.looks.update({name: reading.look_at(name, made) for name in made.neighbours})
    app.state.signer = signing.build(of)
    app.state.issuer = issuers.build(of)
    made.tokens.keys = app.state.signer.keys

    async def ended_tokens() -> list[str]:
        async with made.reading() as session:
            return [str(sid) for sid in await ended.listed(session)]

    made.tokens.fetch_ended = ended_tokens
    # Inside the tracing, before our own routes.
    app.user_middleware.append(Middleware(forwarding.PassThrough, kernel=made))
    if of.cors_origins:
        app.add_middleware(cors.Cors, origins=of.cors_origins)
    return app


def create() -> FastAPI:
    """What the server starts: settings come from the environment."""
    return build(load(Settings))

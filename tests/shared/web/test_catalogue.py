"""The catalogue of problems, which every service answers."""

from tests.conftest import Service


async def test_the_catalogue_speaks_english_to_whom_asks(papers: Service) -> None:
    client = papers.as_("public")
    english = {"Accept-Language": "en"}
    for path in ("/v1/problems/stale_version", "/v1/problems?q=stale_version"):
        said, told = [(await client.get(path, headers=headers)).json() for headers in ({}, english)]
        if "items" in told:
            said, told = said["items"][0], told["items"][0]
        assert (said["title"], told["title"], said["title_en"]) == (
            "内容已被他人修改",
            "The resource has changed",
            "The resource has changed",
        )
        assert told["cause"] == "If-Match is not the current version." and said["cause"].startswith("If-Match 与")
        assert told["remedy"].startswith("Read the paper again") and said["remedy"].startswith("请重新读取")


async def test_the_catalogue_comes_whole_unless_a_page_is_asked(papers: Service) -> None:
    client = papers.as_("public")
    whole = (await client.get("/v1/problems")).json()
    assert len(whole["items"]) > 30 and whole["next_cursor"] is None
    page = (await client.get("/v1/problems", params={"limit": 2, "include_total": True})).json()
    assert page["items"] == whole["items"][:2] and page["total"] == len(whole["items"]) and page["next_cursor"]

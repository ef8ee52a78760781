"""Whose pictures are whose, on the page as it is served."""

from __future__ import annotations

import errno
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from starlette.testclient import TestClient

from pipeline.images import save_png
from pipeline.marking import save_result
from pipeline.request import UserError
from serving.seat import Seat
from serving.stock import Stock
from serving.web import site
from serving.web.uploads import Budget
from tests.serving.desk import service, until
from ui import layout, restoring, visitors
from ui.doorkeeper import COOKIE
from ui.guard import friendly
from ui.held import held
from ui.jobs import Jobs
from ui.mount import mount
from ui.page import ProfileInfo
from ui.texts.notes import told_in
from ui.visitors import Visitors

ROOT = Path(__file__).parents[2]
INFO = ProfileInfo("bundled", "Bundled", ("ddim",), "ddim", 2, 4.0)


class House:
    """The page as it is served, and visitors of it."""

    def __init__(self, folder: Path) -> None:
        save_png(np.random.default_rng(0).integers(0, 256, (40, 30, 4), np.uint8), folder / "example.png")
        self._desk = service()
        jobs = Jobs(lambda visitor: Seat(self._desk, visitor))
        self.blocks = layout.build(Seat(self._desk, "page"), [INFO], save_result, [folder / "example.png"], jobs)
        layout.queue(self.blocks, 8)
        self._clients: list[TestClient] = []
        self.start()

    def start(self) -> None:
        self.application = site.build(self._desk, Stock(ROOT), "bundled", True, told_in)
        mount(self.application, self.blocks, 2)

    def visitor(self, cookie: str = "") -> TestClient:
        client = TestClient(self.application, "http://localhost", cookies={COOKIE: cookie} if cookie else None)
        client.__enter__()
        self._clients.append(client)
        if not cookie:
            assert client.get("/").status_code == 200 and client.cookies[COOKIE]
        return client

    def close(self) -> None:
        for client in self._clients:
            client.__exit__()
        self.blocks.close(verbose=False)
        self._desk.close(5)
        self._desk.end()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the page's files lie."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def house(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(home))
        made = House(tmp_path_factory.mktemp("examples"))
        yield made
        made.close()


def picture(seed: int, path: Path, width: int = 30) -> bytes:
    save_png(np.random.default_rng(seed).integers(0, 256, (40, width, 4), np.uint8), path)
    return path.read_bytes()


def upload(client: TestClient, content: bytes) -> str:
    answer = client.post("/gradio_api/upload", files={"files": ("mine.png", content)})
    assert answer.status_code == 200
    (path,) = answer.json()
    return str(path)


def status(client: TestClient, path: str, way: str = "file=") -> int:
    return client.get(f"/gradio_api/{way}{path}").status_code


def ask(client: TestClient, blocks: gr.Blocks, path: str, session: str, component: str = "drop", event: str = "upload") -> Any:
    """The page's own question after something was dropped there."""
    dropped = next(block for block in blocks.blocks.values() if getattr(block, "elem_id", None) == component)
    (number,) = (number for number, fn in blocks.fns.items() if fn.fn is not None and (dropped._id, event) in fn.targets)
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    data = [file if item is dropped else None for item in blocks.fns[number].inputs]
    return client.post("/gradio_api/queue/join", json={"data": data, "fn_index": number, "session_hash": session})


def answered(client: TestClient, session: str) -> str:
    """All that the page is told."""
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        told = ""
        for line in stream.iter_lines():
            told += line + "\n"
            if "close_stream" in line or "process_completed" in line:
                return told
    return told


def test_an_address_is_its_visitors_alone(house: House, home: Path, tmp_path: Path) -> None:
    mine, other = house.visitor(), house.visitor()
    assert mine.cookies[COOKIE] != other.cookies[COOKIE]
    path = upload(mine, picture(1, tmp_path / "a.png"))
    assert Path(path).is_relative_to(home)
    folder, name = Path(path).parent, Path(path).name
    for way in ("file=", "file/"):
        for written in (path, f"/{path}", str(folder / ".." / folder.name / name), f"{folder}//{name}"):
            assert status(other, written, way) == 404, (way, written)
    assert status(mine, path) == 200 and mine.head(f"/gradio_api/file={path}").status_code == 200
    assert other.head(f"/gradio_api/file={path}").status_code == 404
    other.cookies.clear()
    refused = other.get(f"/gradio_api/file={path}", headers={"accept-language": "ja"})
    assert refused.status_code == 404 and "ほかの方" in refused.json()["detail"] and str(home) not in refused.text
    other.cookies.set(COOKIE, "guessed" + "a" * 25)
    assert status(other, path) == 404

    other.cookies.clear()
    assert "SameSite=Lax" in other.get("/").headers["set-cookie"]
    other.cookies.clear()
    framed = other.get("/", headers={"x-forwarded-proto": "https"}).headers["set-cookie"]
    assert all(word in framed for word in ("HttpOnly", "SameSite=None", "Secure", "Partitioned"))
    other.cookies.clear()
    assert other.get("/").status_code == 200

    # nor is it read for somebody else, nor told of in somebody else's visit
    assert ask(other, house.blocks, path, "stranger").status_code == 404
    assert ask(mine, house.blocks, path, "visit").status_code == 200
    for body in ({"hash": {"path": path}}, {"event_id": {"path": path}}):  # which are repeated in what is wrong with them
        other.post("/gradio_api/cancel", json=body)
        other.post("/gradio_api/run/predict", json={"data": [], "fn_index": 0, "session_hash": "x", **body})
    assert status(other, path) == 404
    assert ask(other, house.blocks, upload(other, picture(2, tmp_path / "b.png")), "visit").status_code == 404
    assert other.get("/gradio_api/queue/data", params={"session_hash": "visit"}).status_code == 404
    assert mine.get("/gradio_api/deep_link", params={"session_hash": "visit"}).status_code == 404


def test_what_is_made_for_a_visitor_is_that_visitors(house: House, home: Path, tmp_path: Path) -> None:
    def files() -> set[Path]:
        return {file for file in home.rglob("*") if file.is_file()}

    mine, other = house.visitor(), house.visitor()
    before, others = files(), held(house.blocks.state_holder)
    example = {file for file in before if status(mine, str(file)) == 200}
    assert len(example) == 1 and status(other, str(*example)) == 200
    path = upload(mine, picture(3, tmp_path / "a.png"))
    assert ask(mine, house.blocks, path, "own visit").status_code == 200
    assert '"success":true' in answered(mine, "own visit")
    made = files() - before
    assert len(made) > 1, "the upload, and what lies on the canvas"
    assert {status(mine, str(file)) for file in made} == {200} and {status(other, str(file)) for file in made} == {404}
    assert held(house.blocks.state_holder, "own visit") >= 40 * 30 * 4

    # deleted at once, but for what everybody has, and what another has sent as well
    again = upload(other, picture(3, tmp_path / "a.png"))
    assert again == path and status(other, path) == 200
    (number,) = (number for number, fn in house.blocks.fns.items() if fn.name == "delete")
    gone = mine.post("/gradio_api/run/predict", json={"data": [], "fn_index": number, "session_hash": "own visit"})
    assert gone.status_code == 200
    assert files() == {*before, Path(path)}
    assert status(mine, path) == 404 and status(other, path) == 200
    assert "own visit" not in house.blocks.state_holder.session_data and held(house.blocks.state_holder) == others


@pytest.fixture
def crowd(tmp_path: Path) -> tuple[Visitors, list[str]]:
    """And the visits that were let go of."""
    ended: list[str] = []
    return Visitors(str(tmp_path), ended.append), ended


def owned(crowd: Visitors, visitor: str, file: Path) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"picture")
    crowd.hand_out(visitor, {"path": str(file)})
    assert crowd.may_have(visitor, str(file))
    return file


def test_what_is_left_goes_with_who_leaves(crowd: tuple[Visitors, list[str]], tmp_path: Path) -> None:
    people, ended = crowd
    files = {name: owned(people, name, tmp_path / name / "a b.png") for name in ("stays", "leaves", "never came")}
    for visitor, session in (("stays", "one"), ("leaves", "two"), ("leaves", "three")):
        assert people.attend(visitor, session)
        people.arrive(session)
    people.leave("two")
    people.sweep(0)
    assert ended == ["two"] and files["leaves"].exists(), "still there in another visit"
    assert not files["never came"].exists()
    people.leave("three")
    people.sweep(60)
    assert ended == ["two"], "a while to come back"
    people.sweep(0)
    assert ended == ["two", "three"] and not files["leaves"].parent.exists() and files["stays"].exists()


def test_one_thread_waits_for_all_who_left(crowd: tuple[Visitors, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(visitors, "LEFT_SECONDS", 0.0)
    people, ended = crowd
    there = threading.active_count()
    for number in range(100):
        people.attend("one", str(number))
        people.arrive(str(number))
        people.leave(str(number))
        assert threading.active_count() <= there + 1
    until(lambda: len(ended) == 100)


def test_invented_visitors_drive_nobody_out(
    crowd: tuple[Visitors, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors, "_SESSIONS", 20)
    people, ended = crowd
    file = owned(people, "here", tmp_path / "here" / "a.png")
    people.attend("here", "here")
    people.arrive("here")
    early = owned(people, "early", tmp_path / "early" / "a.png")
    people.attend("early", "early")
    for number in range(50):
        people.attend(f"invented {number}", str(number))
    assert "here" not in ended and file.exists()
    assert ended[0] == "early" and not early.exists() and len(ended) == 32


def test_files_are_those_that_are_handed_out(crowd: tuple[Visitors, list[str]], tmp_path: Path) -> None:
    people, _ = crowd
    file = tmp_path / "x" / "a b ü.png"
    file.parent.mkdir()
    file.touch()
    data = {"path": str(file), "url": f"http://h/gradio_api/file={file}", "meta": {"_type": "gradio.FileData"}}
    for number, answer in enumerate(([{"value": [data, None]}], ["replace", ["value", 0, "path"], str(file)])):
        people.hand_out(str(number), {"output": {"data": [answer]}})
        assert people.may_have(str(number), str(file))
    for answer in (str(file), [str(file)], {"alt": str(file)}, ["replace", ["value", "alt"], str(file)]):
        people.hand_out("a prompt that is repeated", {"output": {"data": [answer]}})
    assert not people.may_have("a prompt that is repeated", str(file))
    assert list(people.named({"a": ["red/blue skirt", {"b": str(file.parent / ".." / "x" / file.name)}, 3]})) == [str(file)]
    assert people.may_have("anybody", "/etc/hostname"), "gradio looks after what lies elsewhere"


def test_pictures_on_the_page_count_into_the_budget() -> None:
    budget, kept = Budget(1000), [0]
    budget.count(lambda: kept[0])
    budget.take(2000)()  # alone
    kept[0] = 600
    budget.take(400)()
    budget.take(900, freed=500)()  # in place of one's own
    with pytest.raises(UserError, match="Many large pictures"):
        budget.take(401)
    waiting = budget.take(400)
    with pytest.raises(UserError, match="Many large pictures"):
        budget.take(1)
    waiting()
    waiting()
    assert budget.held == 600, "given back once"
    with budget.holding(300), pytest.raises(UserError, match="Many large pictures"), budget.holding(200):
        pass


def test_large_pictures_are_refused_before_they_are_read(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = house.visitor(), house.visitor()
    assert ask(mine, house.blocks, upload(mine, picture(5, tmp_path / "a.png")), "first").status_code == 200
    answered(mine, "first")
    own, all = held(house.blocks.state_holder, "first"), held(house.blocks.state_holder)
    second = upload(other, picture(6, tmp_path / "b.png", width=60))
    monkeypatch.setattr(house.application.state.budget, "most", all - own + 12 * 40 * 30)
    refused = ask(other, house.blocks, second, "second")
    assert refused.status_code == 429 and "Many large pictures" in refused.json()["detail"]
    assert ask(mine, house.blocks, upload(mine, picture(7, tmp_path / "c.png")), "first").status_code == 200, "in its own's place"


def test_many_large_pictures_at_once_are_not_read_at_once(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visitors, goes_on, read = [house.visitor() for _ in range(3)], threading.Event(), restoring.load_picture

    def slowly(path: str | Path) -> Any:
        goes_on.wait(20)
        return read(path)

    monkeypatch.setattr(restoring, "load_picture", slowly)
    monkeypatch.setattr(house.application.state.budget, "most", held(house.blocks.state_holder) + 12 * 40 * 30 + 1)
    answers = []
    for number, visitor in enumerate(visitors):
        path = upload(visitor, picture(10, tmp_path / "a.png"))
        answers.append(ask(visitor, house.blocks, path, f"at once {number}"))
    assert [answer.status_code for answer in answers] == [200, 429, 429]
    goes_on.set()
    budget = house.application.state.budget
    assert '"success":true' in answered(visitors[0], "at once 0")
    until(lambda: budget.held == held(house.blocks.state_holder))


def test_an_upload_that_finds_no_room_is_told_to_come_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("gradio.route_utils.GradioMultiPartParser.parse", full)
    answer = house.visitor().post("/gradio_api/upload", files={"files": ("a.png", b"picture")}, headers={"accept-language": "zh"})
    assert answer.status_code == 503 and "磁盘已满" in answer.json()["detail"] and answer.headers["retry-after"]


def test_what_waits_for_nobody_any_more_takes_no_room(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on, budget = threading.Event(), house.application.state.budget

    def never(path: str | Path) -> Any:
        goes_on.wait(20)
        raise UserError("Please choose another picture.")

    monkeypatch.setattr(restoring, "load_picture", never)
    mine = house.visitor()
    assert ask(mine, house.blocks, upload(mine, picture(11, tmp_path / "a.png")), "gone").status_code == 200
    assert budget.held >= held(house.blocks.state_holder) + 12 * 40 * 30
    (number,) = (number for number, fn in house.blocks.fns.items() if fn.name == "delete")
    asked = {"data": [], "fn_index": number, "session_hash": "gone"}
    assert mine.post("/gradio_api/run/predict", json=asked).status_code == 200
    assert budget.held == held(house.blocks.state_holder)
    goes_on.set()


def test_a_failure_holds_nothing_of_what_it_was_about(house: House) -> None:
    kept: list[weakref.ref[Any]] = []

    @friendly
    def fails(values: Any, request: gr.Request) -> Any:
        image = np.zeros((40, 30, 4), np.uint8)
        kept.append(weakref.ref(image))
        try:
            raise ValueError
        except ValueError:
            raise UserError("Please choose another picture.") from None

    with pytest.raises(gr.Error) as failure:
        fails({}, gr.Request(headers={}))
    assert kept[0]() is None and "another picture" in str(failure.value)

    class Cycle:
        """As gradio's events make them, of their errors."""

        def __init__(self) -> None:
            self.itself = self

    mine, cycle = house.visitor(), Cycle()
    kept.append(weakref.ref(cycle))
    del cycle
    (number,) = (number for number, fn in house.blocks.fns.items() if fn.name == "delete")
    asked = {"data": [], "fn_index": number, "session_hash": "a cycle"}
    assert mine.post("/gradio_api/run/predict", json=asked).status_code == 200
    until(lambda: kept[1]() is None)


def test_after_a_restart_nobody_has_what_was_left(house: House, tmp_path: Path) -> None:
    mine = house.visitor()
    path = upload(mine, picture(4, tmp_path / "a.png"))
    house.start()
    assert Path(path).is_file() and status(house.visitor(mine.cookies[COOKIE]), path) == 404

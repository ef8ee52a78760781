"""What every handler of the page needs: failures as one sentence, no progress signs, and a canvas that is not overtaken."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import gradio as gr

from pipeline.request import UserError
from ui.functions import ANSWERED
from ui.texts import say
from ui.texts.notes import told_in

Values = dict[Any, Any]  # of components, as an event finds them
Updates = dict[Any, Any]  # and what it makes of them

# Where gradio 6.31 has once shown progress it reads the component, and all that lies in it, anew with every message of
# every event, and greys it. The page says itself what it is about, so nothing shows any.
SILENT: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": [], "api_visibility": "private"}
QUICK: dict[str, Any] = {**SILENT, "queue": False}
# What waits for the device: visitors take turns in the service's line, so gradio's own lets as many in as may wait there.
DEVICE: dict[str, Any] = {"concurrency_limit": 32, "concurrency_id": "device"}

# Until the canvas shows what a handler has sent to it, Generate would send its old mask.
_HOLD = """() => {
    document.querySelector('#generate').disabled = true;
    document.body.classList.add('holding');
    return [];
}"""
_RELEASE = """async () => {
    await new Promise((shown) => setTimeout(shown, 50));
    document.querySelector('#generate').disabled = false;
    document.body.classList.remove('holding');
    document.querySelector('#redraw')?.click();
    return [];
}"""
REDRAW = "() => { document.querySelector('#redraw')?.click(); }"  # the draft, with what has changed


def friendly(handler: Callable[..., Updates]) -> Callable[..., Updates]:
    """A handler (values, ..., request=...) whose failures are one sentence."""

    @wraps(handler)
    def guarded(*inputs: Any) -> Updates:
        request = _request_of(inputs)
        try:
            return handler(*inputs)
        except Exception as error:
            raise as_message(error, request) from None
        finally:
            if request is not None and request.request is not None:
                request.request.scope.get(ANSWERED, int)()

    return guarded


def _request_of(inputs: Sequence[Any]) -> gr.Request | None:
    return next((item for item in inputs if isinstance(item, gr.Request)), None)


def as_message(error: Exception, request: gr.Request | None) -> gr.Error:
    """And nothing is left of what the failed call held: gradio keeps messages in cycles, and with them their causes."""
    message = _message(error, request)
    failed: BaseException | None = error
    while failed is not None:
        traceback.clear_frames(failed.__traceback__)
        failed = failed.__cause__ or failed.__context__
    return message


def _message(error: Exception, request: gr.Request | None) -> gr.Error:
    if isinstance(error, UserError):
        return gr.Error(told_in(str(error), request), title=say(request, "attention"), print_exception=False)
    traceback.print_exception(error, file=sys.stderr)
    return gr.Error(say(request, "broken"), title=say(request, "attention"), print_exception=False)


def into_canvas(
    trigger: Callable[..., Any], handler: Callable[..., Updates], inputs: Any, outputs: list[Any], **more: Any
) -> Any:
    """Connect what changes the canvas from outside; Generate waits for it. Returns the handler's own event."""
    trigger(None, None, None, js=_HOLD, **QUICK)
    changed = trigger(handler, inputs, outputs, **SILENT, **more)
    finally_do(changed, None, None, None, js=_RELEASE)
    return changed


def finally_do(event: Any, handler: Callable[..., Any] | None, inputs: Any, outputs: Any, **more: Any) -> None:
    """Connect what follows an event however it ends: gradio 6.31 does not call its `then` after a failure."""
    for end in (event.then, event.failure):
        end(handler, inputs, outputs, **QUICK, **more)

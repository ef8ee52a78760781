import sys
from typing import ClassVar

import gradio as gr
from gradio import component_meta

from ui.gradio_import import leave_stubs_alone


def test_no_stub_is_written_and_components_have_their_events() -> None:
    class Bell(gr.Button):
        """Its source is in no file of its own that a stub could lie beside."""

        EVENTS: ClassVar[list[str]] = ["ring"]

    with gr.Blocks():
        assert Bell().ring and gr.Button().click
    assert component_meta.create_or_modify_pyi.__module__ == "ui.gradio_import"


def test_asked_again_it_changes_nothing() -> None:
    before = list(sys.meta_path)
    leave_stubs_alone()
    assert sys.meta_path == before

"""The page. Gradio lives only here, and importing anything from here first makes that quick, whenever it is imported."""

from ui.gradio_import import leave_stubs_alone

leave_stubs_alone()

"""Forms: what an action asks for before it can be built, by the ID of its verb."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.actions.forms.accounts import ACCOUNT_FORMS
from tui.actions.forms.committing import COMMIT_FORMS
from tui.actions.forms.containers import CONTAINER_FORMS
from tui.actions.forms.copying import COPY_FORMS
from tui.actions.forms.exec import EXEC_FORMS
from tui.actions.forms.exporting import EXPORT_FORMS
from tui.actions.forms.form import Form
from tui.actions.forms.images import IMAGE_FORMS
from tui.actions.forms.logs import LOG_FORMS
from tui.actions.forms.moving import MOVING_FORMS
from tui.actions.forms.running import RUN_FORMS
from tui.actions.forms.updating import UPDATE_FORMS

FORMS: Final[Mapping[str, Form]] = {
    form.form_id: form
    for forms in (
        IMAGE_FORMS,
        MOVING_FORMS,
        CONTAINER_FORMS,
        COMMIT_FORMS,
        EXPORT_FORMS,
        ACCOUNT_FORMS,
        LOG_FORMS,
        EXEC_FORMS,
        UPDATE_FORMS,
        COPY_FORMS,
        RUN_FORMS,
    )
    for form in forms
}
"""Form ID (the same as the verb's) → form."""

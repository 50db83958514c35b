"""A culling compositor: a repaint asks only those widgets that are seen in it, and a new size is laid out once.

Textual asks every widget on the screen, whatever is to be repainted: header, roster and key bar with each frame of the
message list, and all containers behind it, whose cells the list covers. After a new size it lays out and paints the
whole screen three times. What has asked for a layout asks again by a message, and the screen and its containers, told
how large their content is now, ask for another one.
"""

from collections.abc import Iterable
from typing import Any

from rich.console import RenderableType
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate, ReflowResult
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.toolkit.showing import is_behind


class CullingCompositor(Compositor):
    """Leaves out what is outside the repainted regions or behind other widgets; what is drawn is the same.

    Stock, of several regions only the one around all of them counts: a letter and the list above it, due together,
    would repaint all there is.
    """

    _repainted: tuple[Region, ...] = ()

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out for all that have asked for it; a scrollbar that appears by it asks for the next layout."""
        to_repaint = {widget for widget in parent.walk_children(Widget) if _takes_its_turn(widget)}
        changed = super().reflow(parent, size)
        self.update_widgets(to_repaint & self.visible_widgets.keys())
        for widget, place in self._full_map.items():
            if widget.outer_size != place.region.size and not isinstance(widget, ScrollView):
                widget.set_reactive(Widget.virtual_size, place.virtual_size)
        return changed

    def render_update(
        self,
        full: bool = False,  # noqa: FBT001, FBT002  # Textual's signature
        screen_stack: list[Screen[Any]] | None = None,
        simplify: bool = False,  # noqa: FBT001, FBT002  # Textual's signature
    ) -> RenderableType | None:
        """Render what is due; nothing while the terminal is behind: what is due stays so."""
        if self.root is not None and is_behind(self.root.app):
            return None
        if (
            not full
            and len(self._dirty_regions) == 1
            and (update := self.render_part(*self._dirty_regions)) is not None
        ):
            self._dirty_regions.clear()
            return update
        return super().render_update(full, screen_stack, simplify)

    def render_part(self, region: Region) -> LayoutUpdate | None:
        """Render a region by asking one widget for it, and nothing but it; None where there is more to a region.

        Stock, all rows of the screen are cut into the columns of all widgets for it: a tenth of the calls for a key.
        """
        for widget, (place, clip) in self.visible_widgets.items():  # those in front come first
            shown = place.intersection(clip)
            if not shown.intersection(region):
                continue
            if widget is self.root or not shown.contains_region(region):
                return None
            strips = widget.render_lines(region.translate(-place.offset))
            return LayoutUpdate([[strip] for strip in strips], region) if len(strips) == region.height else None
        return None

    def render_partial_update(self) -> ChopsUpdate | None:
        """Render what is dirty."""
        self._repainted = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._repainted = ()

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        repainted = self._repainted or (crop or self.size.region,)
        in_front: list[Region] = []
        for widget, (region, clip) in self.visible_widgets.items():  # those in front come first
            shown = region.intersection(clip)
            if not any(_is_seen(part, in_front) for one in repainted if (part := shown.intersection(one))):
                continue
            strips = widget.render_lines(shown.translate(-region.offset))
            if not self._repainted:
                widget._repaint_required = False  # what it asked for before is here
            if len(strips) >= shown.height:
                in_front.append(shown)
            yield region, clip, strips


def _takes_its_turn(widget: Widget) -> bool:
    """Have a widget ask for no layout and no repaint of its own; returns whether it is to be repainted."""
    if widget._layout_required:
        widget._layout_required = False
        for ancestor in widget.ancestors:
            if isinstance(ancestor, Widget):
                ancestor._clear_arrangement_cache()
                ancestor._layout_updates += 1
    to_repaint, widget._repaint_required = widget._repaint_required, False
    return to_repaint


def _is_seen(part: Region, in_front: Iterable[Region]) -> bool:
    """Is any cell of it behind none of the others?"""
    left = [part]
    for front in in_front:
        left = [piece for one in left for piece in _beside(one, front)]
        if not left:
            return False
    return True


def _beside(one: Region, front: Region) -> list[Region]:
    """What is left of a region: above, below, left and right of another."""
    covered = one.intersection(front)
    if not covered:
        return [one]
    pieces = (
        Region(one.x, one.y, one.width, covered.y - one.y),
        Region(one.x, covered.bottom, one.width, one.bottom - covered.bottom),
        Region(one.x, covered.y, covered.x - one.x, covered.height),
        Region(covered.right, covered.y, one.right - covered.right, covered.height),
    )
    return [piece for piece in pieces if piece]

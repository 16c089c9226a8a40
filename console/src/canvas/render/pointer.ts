/** Pointer and wheel of an element become events of the editor, moves of the picture and zooms. */

import type { Point } from "../shapes/geometry";
import type { CanvasEvent } from "../tools/machine";
import { toPicture, type Viewport } from "../viewport";

export interface PointerPort {
  readonly view: () => Viewport;
  /** Whether the pointer moves the picture whatever the tool. */
  readonly isPanning: () => boolean;
  readonly onEvent: (event: CanvasEvent) => void;
  readonly onHover: (point: Point | undefined) => void;
  readonly onPan: (by: Point) => void;
  readonly onZoom: (factor: number, at: Point) => void;
  /** Hears how long each handler took, in milliseconds. */
  readonly onTime: (milliseconds: number) => void;
}

/** One notch of a usual wheel, 100 pixels, zooms by about 16 %. */
const WHEEL_STEP = 0.0015;
/** Some browsers count a wheel in lines of about so many pixels. */
const LINE = 16;

export function listenToPointer(element: HTMLElement, port: PointerPort): void {
  const handling = new PointerHandling(element, port);
  const on = <Name extends keyof HTMLElementEventMap>(
    name: Name,
    handle: (event: HTMLElementEventMap[Name]) => void,
  ): void => {
    const timed = (event: HTMLElementEventMap[Name]): void => {
      const start = performance.now();
      handle(event);
      port.onTime(performance.now() - start);
    };
    element.addEventListener(name, timed, { passive: false });
  };
  on("pointerdown", (event) => handling.press(event));
  on("pointermove", (event) => handling.move(event));
  on("pointerup", (event) => handling.release(event));
  on("pointercancel", () => handling.cancel());
  on("pointerleave", () => port.onHover(undefined));
  on("dblclick", (event) => handling.send("double", event));
  on("wheel", (event) => handling.wheel(event));
  on("contextmenu", (event) => event.preventDefault());
}

class PointerHandling {
  readonly #element: HTMLElement;
  readonly #port: PointerPort;
  #panFrom: Point | undefined;
  #isDown = false;

  constructor(element: HTMLElement, port: PointerPort) {
    this.#element = element;
    this.#port = port;
  }

  press(event: PointerEvent): void {
    this.#element.setPointerCapture(event.pointerId);
    if (event.button !== 0 || this.#port.isPanning()) {
      event.preventDefault();
      this.#panFrom = this.#pointOf(event);
      return;
    }
    this.#isDown = true;
    this.send("down", event);
  }

  move(event: PointerEvent): void {
    const point = this.#pointOf(event);
    if (this.#panFrom !== undefined) {
      this.#port.onPan({ x: point.x - this.#panFrom.x, y: point.y - this.#panFrom.y });
      this.#panFrom = point;
      return;
    }
    this.#port.onHover(toPicture(this.#port.view(), point));
    // A fast hand moves several times between two frames; a stroke needs each of these places.
    const parts = this.#isDown ? event.getCoalescedEvents() : [];
    for (const part of parts.length === 0 ? [event] : parts) {
      this.send("move", part);
    }
  }

  release(event: PointerEvent): void {
    if (this.#panFrom !== undefined) {
      this.#panFrom = undefined;
    } else if (this.#isDown && event.button === 0) {
      this.#isDown = false;
      this.send("up", event);
    }
  }

  cancel(): void {
    this.#panFrom = undefined;
    this.#isDown = false;
    this.#port.onEvent({ on: "escape" });
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.shiftKey) {
      this.#port.onPan({ x: -event.deltaY - event.deltaX, y: 0 });
      return;
    }
    const delta = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE : event.deltaY;
    this.#port.onZoom(Math.exp(-delta * WHEEL_STEP), this.#pointOf(event));
  }

  send(on: "down" | "move" | "up" | "double", event: MouseEvent): void {
    const point = toPicture(this.#port.view(), this.#pointOf(event));
    this.#port.onEvent({ on, point, keys: { shift: event.shiftKey, alt: event.altKey } });
  }

  #pointOf(event: MouseEvent): Point {
    const { left, top } = this.#element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }
}

import { type Progress, progressLine } from './progress-line.ts'
import type { Terminal } from './terminal.ts'

/** A bar on the last line of a terminal, which has to be able to draw. */
export class ProgressBar {
	readonly #terminal: Terminal
	/** The bar that stands there. */
	#bar = ''

	constructor(terminal: Terminal) {
		this.#terminal = terminal
	}

	draw(progress: Progress): void {
		this.clear()
		this.#bar = progressLine(
			progress, // A terminal that does not know its width says 0.
			this.#terminal.stderr.columns || 80,
		)
		this.redraw()
	}

	/** Takes the bar away, so that something else can be written. */
	clear(): void {
		if (this.#bar !== '') this.#terminal.stderr.write('\r\x1b[K')
	}

	/** Puts it back after that. */
	redraw(): void {
		if (this.#bar !== '') this.#terminal.stderr.write(this.#terminal.paintNote('cyan', this.#bar))
	}

	/** Nothing more comes. */
	end(): void {
		this.clear()
		this.#bar = ''
	}
}

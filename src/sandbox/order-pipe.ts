import type { Duplex } from 'node:stream'
import type { Order } from './sandbox-protocol.ts'

/** The runner's end of the pipe that a sandbox is told over what to do. */
export class OrderPipe {
	readonly stream: Duplex

	/** Nothing comes up this pipe but what a runbook writes into it: `forged` is told. */
	constructor(stream: Duplex, forged: () => void) {
		this.stream = stream
		stream.on('data', forged)
		// A process that ended in between is noticed by its end.
		stream.on('error', () => undefined)
	}

	send(order: Order): void {
		if (this.stream.writable) this.stream.write(`${JSON.stringify(order)}\n`)
	}

	/** The process ends by itself then. */
	close(): void {
		this.stream.end()
	}
}

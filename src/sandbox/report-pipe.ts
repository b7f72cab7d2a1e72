import { writeSync } from 'node:fs'
import { REPORT_FD, type Report, reportLine } from './sandbox-protocol.ts'

/** Reports to the runner. Returns when the pipe has taken it: where the runner cannot keep up, the runbook waits. */
export function report(message: Report): void {
	writeWhole(REPORT_FD, reportLine(message))
}

/** Writes a text to a file descriptor to its end, also where the descriptor does not block. */
export function writeWhole(fd: number, text: string): void {
	let rest = Buffer.from(text)
	while (rest.length > 0) {
		try {
			rest = rest.subarray(writeSync(fd, rest))
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException
			// EPIPE: the runner is gone, and the watchdog is about to end this process.
			if (code !== 'EAGAIN') return
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
		}
	}
}

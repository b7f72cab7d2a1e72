const heapText = '<--- Last few GCs --->'
const abortText = '----- Native stack trace -----'

/** Recognises what Node writes on standard error when it crashes: it is for its makers, not for the job's Error stream. */
export class CrashOutput {
	#begun = false
	#outOfMemory = false

	/** Whether the process crashed because its heap was full. */
	get outOfMemory(): boolean {
		return this.#outOfMemory
	}

	/** Whether a line belongs to it; all that come after its first one do. */
	has(line: string): boolean {
		if (line.startsWith(heapText)) this.#outOfMemory = true
		this.#begun ||= this.#outOfMemory || line.startsWith(abortText)
		return this.#begun
	}
}

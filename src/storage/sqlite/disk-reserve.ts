import { randomBytes } from 'node:crypto'
import { rmSync, statSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'

const MiB = 1024 * 1024

/**
 * A file that holds space on the disk: given up when the disk is full, so that what was accepted can be brought to its end.
 * A file of nothing but zeros, or one that is only declared to be long, would hold no space on many file systems.
 */
export class DiskReserve {
	readonly bytes: number
	readonly #file: string
	#isHeld: boolean

	/** Finds the reserve of an earlier runner; one of another size is given up. */
	constructor(dataDir: string, bytes: number) {
		this.bytes = bytes
		this.#file = join(dataDir, 'reserve')
		this.#isHeld = statSync(this.#file, { throwIfNoEntry: false })?.size === bytes
		if (!this.#isHeld) this.#remove()
	}

	/** What it would still take of the free space, bytes. */
	get missingBytes(): number {
		return this.#isHeld ? 0 : this.bytes
	}

	/** Writes the file; whether there was room for it. */
	async make(): Promise<boolean> {
		const part = `${this.#file}.part`
		try {
			const block = randomBytes(MiB)
			await using file = await open(part, 'w', 0o600)
			for (let left = this.bytes; left > 0; left -= MiB) await file.write(block, 0, Math.min(left, MiB))
			await file.sync()
			await rename(part, this.#file)
			this.#isHeld = true
		} catch {
			this.#remove()
		}
		return this.#isHeld
	}

	/** Gives the space back to the disk. */
	giveUp(): void {
		if (this.#isHeld) this.#remove()
		this.#isHeld = false
	}

	#remove(): void {
		for (const file of [this.#file, `${this.#file}.part`]) rmSync(file, { force: true })
	}
}

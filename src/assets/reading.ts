/** A text as what takes its escapes off reads it. It knows where in the text each of its letters stands. */
export class Reading {
	readonly #source: string
	/** What the source is a reading of. */
	readonly #outer: Reading | undefined
	readonly #letters: Uint16Array
	/** Of each letter: from where to where in the source stands what it was read from. */
	readonly #begins: Int32Array
	readonly #ends: Int32Array
	#length = 0
	/** Up to there the source was read. */
	#read: number

	/** Empty, of a source from a place on. It takes at most so many letters. */
	constructor(source: string, { outer, from = 0, lengthMax }: { outer: Reading | undefined; from?: number; lengthMax: number }) {
		this.#source = source
		this.#outer = outer
		this.#read = from
		const memory = new ArrayBuffer(10 * lengthMax)
		this.#begins = new Int32Array(memory, 0, lengthMax)
		this.#ends = new Int32Array(memory, 4 * lengthMax, lengthMax)
		this.#letters = new Uint16Array(memory, 8 * lengthMax, lengthMax)
	}

	/** Adds the source as it is up to a place. */
	copy(to: number): void {
		for (let at = this.#read; at < to; at++) this.#add(this.#source.charCodeAt(at), at, at + 1)
		this.#read = to
	}

	/** Adds the source as it is up to a place, and then a character instead of what stands from there to another. */
	put(codePoint: number, begin: number, end: number): void {
		this.skip(begin, end)
		if (codePoint < 0x10000) this.#add(codePoint, begin, end)
		else {
			this.#add(0xd800 + ((codePoint - 0x10000) >> 10), begin, end)
			this.#add(0xdc00 + (codePoint & 0x3ff), begin, end)
		}
	}

	/** Adds the source as it is up to a place, and nothing for what stands from there to another. */
	skip(begin: number, end: number): void {
		this.copy(begin)
		this.#read = end
	}

	#add(letter: number, begin: number, end: number): void {
		const at = this.#length++
		this.#letters[at] = letter
		this.#begins[at] = begin
		this.#ends[at] = end
	}

	get text(): string {
		return Buffer.from(this.#letters.buffer, this.#letters.byteOffset, 2 * this.#length).toString('utf16le')
	}

	/** Where in the outermost text what stands for a letter begins. */
	begin(at: number): number {
		const begin = this.#begins[at]!
		return this.#outer ? this.#outer.begin(begin) : begin
	}

	/** Where it ends. */
	end(at: number): number {
		const end = this.#ends[at]!
		return this.#outer ? this.#outer.end(end - 1) : end
	}
}

import { STREAM_RECORD_BYTES_MAX } from '../limits.ts'

// Taken before a runbook can replace it: this runs in the runbook's process.
const { stringify } = JSON

/**
 * The JSON text of a value, cut with a marker when it is larger than one record may be.
 * A cut string stays a string; a cut object becomes the beginning of its JSON text. Throws a TypeError for what is no JSON.
 */
export function recordJson(value: unknown, bytesMax: number = STREAM_RECORD_BYTES_MAX): string {
	const json = stringify(value) ?? 'null'
	// A UTF-16 unit takes at most three bytes: most records are known to fit without counting.
	if (json.length * 3 <= bytesMax) return json
	const bytes = Buffer.byteLength(json)
	if (bytes <= bytesMax) return json
	const marker = `… [cut: ${bytes} bytes are more than the ${bytesMax} that one record may have]`
	const text = typeof value === 'string' ? value : json
	// Escaping can make up to six bytes of one unit (\u0000), so the room is looked for from above.
	let length = Math.min(text.length, bytesMax)
	let cut = stringify(text.slice(0, length) + marker)
	while (Buffer.byteLength(cut) > bytesMax && length > 0) {
		length = Math.floor(length * Math.min(0.9, bytesMax / Buffer.byteLength(cut)))
		cut = stringify(text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '') + marker)
	}
	return cut
}

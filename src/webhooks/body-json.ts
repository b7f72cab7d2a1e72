/** What a body holds as JSON, a byte order mark before it left out; undefined where it is none. */
export function bodyJson(body: Buffer): unknown {
	try {
		return JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''))
	} catch {
		return undefined
	}
}

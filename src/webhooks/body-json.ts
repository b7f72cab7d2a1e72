/** What a body holds as JSON, a byte order mark before it left out; undefined where it is none. */
export function bodyJson(body: Buffer, reviver?: Parameters<typeof JSON.parse>[1]): unknown {
	try {
		return JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''), reviver)
	} catch {
		return undefined
	}
}

/** The body of an answer. Throws where it has more than so many bytes. */
export async function boundedBody(response: Response, bytesMax: number): Promise<Buffer<ArrayBuffer>> {
	const chunks: Uint8Array[] = []
	let bytes = 0
	for await (const chunk of response.body ?? []) {
		bytes += chunk.length
		if (bytes > bytesMax) throw new Error(`it answers with more than ${bytesMax} bytes`)
		chunks.push(chunk)
	}
	return Buffer.concat(chunks)
}

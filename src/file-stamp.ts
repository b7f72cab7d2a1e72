import { stat } from 'node:fs/promises'

/** What changes whenever a file is written, replaced or removed. */
export async function fileStamp(file: string): Promise<string> {
	try {
		const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true })
		return `${ino}:${size}:${mtimeNs}:${ctimeNs}`
	} catch (error) {
		return String((error as NodeJS.ErrnoException).code)
	}
}

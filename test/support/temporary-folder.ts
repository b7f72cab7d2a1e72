import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of its own, gone with the block that holds it. */
export function temporaryFolder(): { path: string } & Disposable {
	const path = mkdtempSync(join(tmpdir(), 'runhook-test-'))
	return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }) }
}

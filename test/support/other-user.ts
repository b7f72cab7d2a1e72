import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'

/** Whether sandboxes can be another user's here: the tests run as root, and others are let through to this project. */
const canBeOther = process.getuid!() === 0 && parents(fileURLToPath(import.meta.url)).every((path) => (statSync(path).mode & 0o1) !== 0)

/** A test that needs sandboxes of another user: it is skipped where they cannot be. */
export const testAsRoot: typeof test.skip = canBeOther ? test : test.skip

function parents(path: string): string[] {
	const parent = dirname(path)
	return parent === path ? [] : [parent, ...parents(parent)]
}

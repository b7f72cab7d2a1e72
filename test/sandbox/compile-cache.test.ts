import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { copyCompileCache, keepCompileCache } from '../../src/sandbox/compile-cache.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('what a sandbox compiled is given to the next ones, without what leads elsewhere or is of another user', async () => {
	using place = temporaryFolder()
	const cache = join(place.path, 'first/cache/v24')
	mkdirSync(cache, { recursive: true })
	mkdirSync(join(cache, 'folder'))
	writeFileSync(join(cache, 'code'), 'compiled')
	writeFileSync(join(place.path, 'secret'), 'secret')
	symlinkSync(join(place.path, 'secret'), join(cache, 'link'))
	const own = process.getuid!()
	const kept = { folder: place.path, cacheKey: 'program' }
	keepCompileCache(kept, join(place.path, 'first'), own)
	mkdirSync(join(place.path, 'next/cache'), { recursive: true })
	await copyCompileCache(kept, join(place.path, 'next'))
	assert.deepEqual(readdirSync(join(place.path, 'next/cache/v24')), ['code'])
	assert.equal(readFileSync(join(place.path, 'next/cache/v24/code'), 'utf8'), 'compiled')

	keepCompileCache(kept, join(place.path, 'first'), own + 1)
	assert.deepEqual(readdirSync(join(place.path, 'compile-cache/program/v24')), [])
})

test.run()

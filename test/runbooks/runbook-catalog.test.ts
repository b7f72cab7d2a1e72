import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'uvu'
import { StartError } from '../../src/errors.ts'
import type { InspectRunbook, Runbook } from '../../src/runbooks/runbook.ts'
import { RunbookCatalog } from '../../src/runbooks/runbook-catalog.ts'
import type { KeptContent } from '../../src/runbooks/runbook-content-store.ts'
import { clockAt } from '../support/clock-at.ts'
import { keptLog } from '../support/kept-log.ts'
import { runbookContent } from '../support/runbook-content.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

/** A catalog over a folder whose files are inspected by looking at their text alone. */
async function openCatalog(folder: string) {
	const kept = new Map<string, KeptContent>()
	const inspected: string[] = []
	const inspect: InspectRunbook = async (file) => {
		inspected.push(basename(file))
		const files = [{ path: basename(file), text: readFileSync(file, 'utf8'), source: '' }]
		const missing = [join(folder, 'lib/part.ts')]
		if (files[0]!.text === 'broken') return { files, fault: 'It is broken.' }
		try {
			readFileSync(missing[0]!)
		} catch {
			if (files[0]!.text === 'needs part') return { files, missing, fault: 'A part is missing.' }
		}
		return { files, definition: { ...runbookContent().definition, concurrency: files[0]!.text === 'one at a time' ? 1 : null } }
	}
	const log = keptLog()
	const contents = {
		latest: async (name: string) => kept.get(name),
		get: async (hash: string) => [...kept.values()].find(({ contentHash }) => contentHash === hash),
		keep: async () => undefined,
		put: async (content: KeptContent) => void kept.set(content.runbookName, content),
	}
	const parts = { folder, inspect, contents, madeWith: 'this program', clock: clockAt('2026-01-01T00:00:00Z'), log }
	return { inspected, log, open: () => RunbookCatalog.open(parts) }
}

const text = (runbook: Runbook | undefined) => (runbook && 'content' in runbook ? runbook.content.files[0]!.text : runbook?.fault)

test('a changed, mended, removed or new file is seen by the next look-up; those who ask meanwhile share one reading', async () => {
	using place = temporaryFolder()
	const write = (name: string, content: string) => writeFileSync(join(place.path, name), content)
	write('Deploy.ts', 'one')
	write('lib.txt', '')
	write('broken.ts', 'broken')
	write('partial.ts', 'needs part')
	write('with space.ts', 'one')
	write('deploy.draft.ts', 'one')
	const { inspected, open, log } = await openCatalog(place.path)
	const catalog = await open()
	assert.deepEqual((await catalog.list()).map(({ name }) => name).sort(), ['Deploy', 'broken', 'partial'])
	assert.equal(text(await catalog.find('dEPLOY')), 'one')
	assert.equal(text(await catalog.find('broken')), 'It is broken.')
	assert.equal(inspected.length, 3)
	await catalog.list()
	const ignored = log.lines.filter(({ message }) => message === 'A file is no runbook because of its name')
	assert.deepEqual(
		ignored.map(({ fields }) => fields.file),
		['with space.ts'],
	)

	write('Deploy.ts', 'two')
	await until('the change is seen', async () => {
		const found = await Promise.all([catalog.find('deploy'), catalog.find('Deploy'), catalog.find('DEPLOY')])
		return found.every((runbook) => text(runbook) === 'two')
	})
	assert.equal(inspected.filter((file) => file === 'Deploy.ts').length, 2)
	write('broken.ts', 'mended')
	await until('the mended one is seen', async () => text(await catalog.find('broken')) === 'mended')
	assert.equal(text(await catalog.find('partial')), 'A part is missing.')
	mkdirSync(join(place.path, 'lib'))
	write('lib/part.ts', '')
	await until('the missing part is seen', async () => text(await catalog.find('partial')) === 'needs part')
	write('late.ts', 'late')
	assert.equal(text(await catalog.find('late')), 'late')
	rmSync(join(place.path, 'late.ts'))
	await until('it is gone', async () => (await catalog.find('late')) === undefined)

	// What was read once is read from the store by the next runner.
	const before = inspected.length
	await open()
	assert.equal(inspected.length, before)
})

test('a content can be had when its file is another by now, and names that differ in case alone are one runbook', async () => {
	using place = temporaryFolder()
	writeFileSync(join(place.path, 'deploy.ts'), 'one')
	const { open } = await openCatalog(place.path)
	const catalog = await open()
	const old = await catalog.find('deploy')
	assert.ok(old && 'content' in old)
	writeFileSync(join(place.path, 'deploy.ts'), 'two')
	await until('the change is seen', async () => text(await catalog.find('deploy')) === 'two')
	assert.equal((await catalog.content(old.content.contentHash))?.files[0]?.text, 'one')
	assert.equal(await catalog.content('unknown'), undefined)
	writeFileSync(join(place.path, 'DEPLOY.ts'), 'three')
	assert.equal((await catalog.list()).length, 1)
})

test('a folder that is not there stops the start with a sentence', async () => {
	const { open } = await openCatalog('/no/such/folder')
	await assert.rejects(
		open(),
		(error) => error instanceof StartError && /^The runbooks folder \/no\/such\/folder cannot be read: /.test(error.message),
	)
})

test('the limit of a runbook holds for its waiting jobs while its file is broken, gone, or away with its folder', async () => {
	using folder = temporaryFolder()
	const file = join(folder.path, 'a.ts')
	writeFileSync(file, 'one at a time')
	const catalog = await (await openCatalog(folder.path)).open()
	const limits = () => [...catalog.concurrencyLimits()]
	assert.deepEqual(limits(), [['a', 1]])
	writeFileSync(file, 'broken')
	await until('the fault is seen', async () => text(await catalog.find('a')) === 'It is broken.')
	assert.deepEqual(limits(), [['a', 1]])
	rmSync(folder.path, { recursive: true })
	await until('it is gone', async () => (await catalog.find('a')) === undefined)
	assert.deepEqual(limits(), [['a', 1]])
	mkdirSync(folder.path)
	writeFileSync(file, 'as many as wanted')
	await until('it is back', async () => text(await catalog.find('a')) === 'as many as wanted')
	assert.deepEqual(limits(), [])
})

test('a name that there is not is told with those that may have been meant', async () => {
	using place = temporaryFolder()
	for (const name of ['hello.ts', 'Help.ts', 'stop-vms.ts', 'notes.txt']) writeFileSync(join(place.path, name), 'one')
	const { open } = await openCatalog(place.path)
	const catalog = await open()
	assert.equal(catalog.missingText('helo'), "There is no runbook 'helo'. Is it 'Help' or 'hello'?")
	assert.equal(catalog.missingText('notes'), "There is no runbook 'notes'.")
})

test('what is looked at while the runner closes is not told as a fault', async () => {
	using place = temporaryFolder()
	const { open, log } = await openCatalog(place.path)
	const faults = () => log.lines.filter(({ message }) => message === 'A runbook cannot be loaded').length
	const catalog = await open()
	writeFileSync(join(place.path, 'broken.ts'), 'broken')
	assert.equal(text(await catalog.find('broken')), 'It is broken.')
	assert.equal(faults(), 1)
	writeFileSync(join(place.path, 'late.ts'), 'broken')
	catalog[Symbol.dispose]()
	assert.equal(text(await catalog.find('late')), 'It is broken.')
	assert.equal(faults(), 1)
})

test.run()

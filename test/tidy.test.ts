// This repository's own rules: layers, hooks, runs, clock, environment.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'uvu'

/** Ranks of src/, outermost first. A file imports from its own folder and from later ranks, never back and never sideways. */
const ranks: string[][] = [
	['main', 'cli'],
	['run-server'],
	['app'],
	['monitoring', 'open-runs'],
	['portal'],
	['http', 'storage', 'azure'],
	['health', 'metrics'],
	['webhooks', 'schedules', 'worker'],
	['sandbox'],
	['runbooks'],
	['queue', 'streams', 'assets', 'alerts', 'audit'],
	['jobs'],
	['settings-file'],
	['config', 'log'],
	['config-variables'],
	['access', 'retention-settings'],
	[
		'limits',
		'clock',
		'errors',
		'instant',
		'file-stamp',
		'program',
		'meter',
		'traceparent',
		'tracing',
		'address-ranges',
		'whole-number',
		'near-names',
	],
]
/** Started by path and imported by nobody: they may import any rank. */
const entryPoints = [
	...['azure/sign-in-host.ts', 'portal/build-portal.ts', 'sandbox/bundle-packages.ts', 'sandbox/sandbox-host.ts'],
	...['storage/manage-storage.ts', 'storage/sqlite/thread.ts', 'worker/test-runbook.ts'],
]

const sources = globSync('src/**/*.ts').sort()
const testFiles = globSync('test/**/*.test.ts').sort()

function part(file: string): string {
	return relative('src', file).split('/')[0]!.replace(/\.ts$/, '')
}

function rankOf(file: string): number {
	return ranks.findIndex((names) => names.includes(part(file)))
}

function importsOf(file: string): string[] {
	const text = readFileSync(file, 'utf8')
	return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path]) => join(dirname(file), path!))
}

test('every part of src has a rank', () => {
	assert.deepEqual([...new Set(sources.filter((file) => rankOf(file) < 0).map(part))], [])
})

test('imports go one way', () => {
	const back = sources
		.filter((file) => !entryPoints.includes(relative('src', file)))
		.flatMap((file) => importsOf(file).map((imported) => [file, imported] as const))
		.filter(([file, imported]) => part(file) !== part(imported) && rankOf(imported) <= rankOf(file))
	assert.deepEqual(back, [])
})

test('the command line stands apart: it imports types alone from other parts, and nobody imports it', () => {
	const values = sources
		.filter((file) => part(file) === 'cli')
		.flatMap((file) => {
			const text = readFileSync(file, 'utf8')
			const imports = [...text.matchAll(/(?:^import|^export|^\}) (?!type\b).*?from '(\.[^']+)'|import\('(\.[^']+)'\)/gm)]
			return imports.map(([, from, loaded]) => [file, join(dirname(file), (from ?? loaded)!)])
		})
		.filter(([, imported]) => part(imported!) !== 'cli')
	assert.deepEqual(values, [])
	const importing = sources.filter((file) => part(file) !== 'cli' && importsOf(file).some((imported) => part(imported) === 'cli'))
	assert.deepEqual(importing, [])
})

test('entry points are imported by nobody', () => {
	const imported = new Set(sources.flatMap(importsOf))
	assert.deepEqual(
		entryPoints.filter((file) => imported.has(join('src', file))),
		[],
	)
})

test('every test file runs its tests, has no hooks and no .only', () => {
	const faulty = testFiles.filter((file) => {
		const text = readFileSync(file, 'utf8')
		return !/^\w+\.run\(\)$/m.test(text) || /^\w+\.(before|after)(\.each)?\(|^\w+\.only\(/m.test(text)
	})
	assert.deepEqual(faulty, [])
})

test('only the first file of each process reads the environment, and only the clock is asked for the time of decisions', () => {
	const deciding = sources.filter((file) => ['webhooks', 'jobs', 'queue', 'schedules', 'worker', 'storage'].includes(part(file)))
	assert.deepEqual(
		deciding.filter((file) => /Date\.now\b|new Date\(\)/.test(readFileSync(file, 'utf8'))),
		[],
	)
	const reading = sources.filter((file) => /process\.env\b(?!\.)/.test(readFileSync(file, 'utf8')))
	assert.deepEqual(reading, [
		...['src/azure/sign-in-host.ts', 'src/cli/cli.ts', 'src/run-server.ts', 'src/sandbox/sandbox-host.ts'],
		...['src/storage/manage-storage.ts', 'src/worker/test-runbook.ts'],
	])
})

test('there is no index.ts and no name that says nothing', () => {
	const names = /(^|\/)(index|utils?|helpers?|common|types|interfaces|constants)\.ts$/
	assert.deepEqual(
		globSync('{src,test,runbooks}/**/*.ts').filter((file) => names.test(file)),
		[],
	)
})

test.run()

import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { readSettings, watchSettingsFile } from '../src/settings-file.ts'
import { clockAt } from './support/clock-at.ts'
import { keptLog } from './support/kept-log.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { until } from './support/until.ts'

const defaults = { healthPath: '/health', healthKey: 'key-of-the-environment' }
const sha256 = (text: string) => hash('sha256', text)

test('what the file does not say is as the environment has it, else as always', () => {
	const read = readSettings('{}', defaults)
	assert.deepEqual(read, {
		settings: {
			health: {
				path: '/health',
				keyHashes: [sha256('key-of-the-environment')],
				configuredStatus: 200,
				modes: {
					core: ['store', 'queue', 'sandbox', 'disk', 'clock', 'schedules'],
					secondary: ['azure', 'webhooks', 'runbooks', 'runners'],
				},
				queueAgeSecondsMax: 900,
				diskFreeMbMin: 100,
			},
			metrics: { isPublic: false },
		},
	})
})

test('the file comes before the environment, several keys are valid at once, and modes are added', () => {
	const text = JSON.stringify({
		health: { path: '/a/b', key: ['first-key-of-two-', 'second-key-of-two'], modes: { shop: ['store'], core: ['queue'] } },
		metrics: { isPublic: true },
	})
	const read = readSettings(text, defaults)
	assert.ok('settings' in read)
	const { health, metrics } = read.settings
	assert.deepEqual([health.path, metrics.isPublic], ['/a/b', true])
	assert.deepEqual(health.keyHashes, ['first-key-of-two-', 'second-key-of-two'].map(sha256))
	assert.deepEqual(health.modes, { core: ['queue'], secondary: ['azure', 'webhooks', 'runbooks', 'runners'], shop: ['store'] })
})

test('a status that is none answers 200', () => {
	for (const [given, answered] of [
		[503, 503],
		['503', 200],
		[99, 200],
		[600, 200],
		[null, 200],
	]) {
		const read = readSettings(JSON.stringify({ health: { configuredStatus: given } }), defaults)
		assert.equal('settings' in read && read.settings.health.configuredStatus, answered, String(given))
	}
})

test('a fault is told with its place and never with the value', () => {
	const faults: [unknown, RegExp][] = [
		[{ health: { key: 'too-short' } }, /^health\.key: must have at least 16 visible ASCII characters/],
		[{ health: { path: 'secret path' } }, /^health\.path: must be a path such as/],
		[{ health: { path: '/Webhooks' } }, /^health\.path: must be .* not one of webhooks/],
		[{ health: { path: '/webhooks/4f1c' } }, /^health\.path: must be .* not one of webhooks/],
		[{ health: { paths: '/x' } }, /^health: has no member 'paths'; allowed are path, key, /],
		[{ helth: {} }, /^It: has no member 'helth'; allowed are health, metrics\.$/],
		[{ health: { modes: { core: ['store', 'secret'] } } }, /^health\.modes\.core\.1: /],
		[{ health: { modes: { live: ['store'] } } }, /^health\.modes\.live: must be none of live, ready/],
		[{ health: { modes: { shop: [] } } }, /^health\.modes\.shop: /],
		[{ health: { queueAgeSecondsMax: -1 } }, /^health\.queueAgeSecondsMax: /],
		[{ metrics: { isPublic: 'yes' } }, /^metrics\.isPublic: must be of type boolean/],
		[[], /^It: must be of type object/],
	]
	for (const [given, expected] of faults) {
		const read = readSettings(JSON.stringify(given), defaults)
		const fault = 'fault' in read ? read.fault : ''
		assert.match(fault, expected)
		assert.doesNotMatch(fault, /too-short|secret path/)
	}
	assert.deepEqual(readSettings('{ "health": secret', defaults), { fault: 'It is not JSON.' })
})

test('a change of the file is in force from the next look on; after a fault the last good one stays, and its end is a change, too', async () => {
	using folder = temporaryFolder()
	const file = join(folder.path, 'settings.json')
	const clock = clockAt('2026-01-01T00:00:00Z')
	const log = keptLog()
	await using watched = await watchSettingsFile({ file, defaults, clock, log })
	const path = () => watched.current().health.path
	const changed = async (write: () => void, isSeen: () => boolean) => {
		write()
		await until('the change is seen', () => {
			clock.move(500)
			return isSeen()
		})
	}
	assert.equal(path(), '/health')
	await changed(
		() => writeFileSync(file, '{"health":{"path":"/one"}}'),
		() => path() === '/one',
	)
	await changed(
		() => writeFileSync(file, '{"health":{"key":"hidden"}}'),
		() => log.lines.some(({ level }) => level === 'error'),
	)
	assert.equal(path(), '/one')
	assert.doesNotMatch(JSON.stringify(log.lines), /hidden/)
	await changed(
		() => rmSync(file),
		() => path() === '/health',
	)
})

test('a key that every user can read is told, at the start and at a change', async () => {
	using folder = temporaryFolder()
	const file = join(folder.path, 'settings.json')
	const clock = clockAt('2026-01-01T00:00:00Z')
	const log = keptLog()
	const warned = () => log.lines.filter(({ level }) => level === 'warn').length
	writeFileSync(file, '{"health":{"key":"key-of-the-environment"}}')
	chmodSync(file, 0o644)
	const watched = await watchSettingsFile({ file, defaults, clock, log })
	assert.equal(warned(), 0)
	const applied = async (count: number) =>
		until('the change is applied', () => {
			clock.move(500)
			return log.lines.filter(({ message }) => message.includes('was applied')).length === count
		})
	writeFileSync(file, '{"health":{"key":"a-key-of-the-file"}}')
	await applied(1)
	assert.equal(warned(), 1)
	chmodSync(file, 0o640)
	writeFileSync(file, '{"health":{"key":"another-key-of-the-file"}}')
	await applied(2)
	assert.equal(warned(), 1)
	await watched[Symbol.asyncDispose]()
	chmodSync(file, 0o644)
	await using _opened = await watchSettingsFile({ file, defaults, clock, log })
	assert.equal(warned(), 2)
	assert.doesNotMatch(JSON.stringify(log.lines), /key-of-the-file/)
})

test('a file with a fault stops the start', async () => {
	using folder = temporaryFolder()
	const file = join(folder.path, 'settings.json')
	writeFileSync(file, '{"health":{"path":"no"}}')
	const opening = watchSettingsFile({ file, defaults, clock: clockAt('2026-01-01T00:00:00Z'), log: keptLog() })
	await assert.rejects(opening, { name: 'StartError', message: /settings\.json has a fault\. health\.path: must be a path/ })
})

test.run()

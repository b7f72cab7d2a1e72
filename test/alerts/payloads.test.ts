// Messages as real senders have published them, with what is expected of each in index.json.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import { parseAlert } from '../../src/alerts/parse-alert.ts'

const folder = new URL('payloads/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')
const factNames = ['kind', 'subkind', 'resourceIds', 'condition', 'severity', 'rule'] as const
type Expected = Record<(typeof factNames)[number], unknown> & { headers?: Record<string, string> }
const expected = JSON.parse(read('index.json')).files as Record<string, Expected>

for (const [name, { headers, ...facts }] of Object.entries(expected)) {
	test(`${name} says what is expected`, () => {
		const alert = parseAlert(read(name), headers ?? {})
		for (const fact of factNames) assert.deepEqual(alert[fact], facts[fact], fact)
		assert.deepEqual(alert.raw, JSON.parse(read(name)))
	})
}

const vm = (group: string, name: string) => `/resource[Gg]roups/${group}/providers/microsoft.compute/virtualmachines/${name}`
const machines: Record<string, [vmIds: string[], vmNames: string[]]> = {
	'activity-administrative.json': [[vm('test-RG', 'test-VM')], []],
	'activity-resource-health.json': [[vm('test-RG', 'test-VM')], []],
	// Its configuration item is the alert of Defender; the machine is an entity without an id.
	'common-activity-security.json': [[], ['testVM']],
	// Target and dimension differ in the published message.
	'common-log-v2-vm.json': [[vm('ai-engineering', 'testvm'), vm('TEST', 'testvm')], []],
	'common-metric-static-resolved.json': [[vm('pipelinealertrg', 'wcus-r2-gen2')], []],
	'metric-classic-vm.json': [[vm('montest', 'Helixtest1')], []],
}

test('machines are found in the published messages that name them, and in no other', () => {
	for (const [name, { headers }] of Object.entries(expected)) {
		const { vmIds, vmNames } = parseAlert(read(name), headers ?? {})
		const [ids, names] = machines[name] ?? [[], []]
		assert.equal(vmIds.length, ids.length, name)
		for (const [index, id] of ids.entries()) assert.match(vmIds[index]!, new RegExp(`^/subscriptions/[^/]+${id}$`, 'i'), name)
		assert.deepEqual(vmNames, names, name)
	}
})

test('every published message has its expected facts', () => {
	assert.deepEqual(
		readdirSync(folder).filter((name) => name !== 'index.json' && !(name in expected)),
		[],
	)
})

test.run()

import { deepEqual, doesNotMatch, equal, match, ok, throws } from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { describeInput, inputFields, readCaptureInput, readTimeLimit } from '../../../../runbooks/lib/capture/capture-input.ts'
import { forAny } from '../../../support/properties.ts'

const subscriptionId = '11111111-1111-1111-1111-111111111111'
const group = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers`
const storageID = `${group}/Microsoft.Storage/storageAccounts/captures01`
const targetVM = `${group}/Microsoft.Compute/virtualMachines/vm01`
const whole = {
	subscriptionId,
	networkWatcherResourceGroup: 'NetworkWatcherRG',
	networkWatcherName: 'NetworkWatcher_eastus',
	packetCaptureName: 'pc01',
	storageID,
	timeLimit: 60,
	targetVM,
}
/** Nested too deeply to be written as JSON. */
const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)
const stored = { storageOptional: false }

test('a whole request is read', () => {
	const { targetVM: target, ...rest } = readCaptureInput(whole, stored)
	deepEqual([rest.subscriptionId, rest.packetCaptureName, rest.storageID, rest.timeLimit], [subscriptionId, 'pc01', storageID, 60])
	deepEqual([target.id, target.name], [targetVM, 'vm01'])
})

test('field names match without regard to case', () => {
	const shouted = Object.fromEntries(Object.entries(whole).map(([name, value]) => [name.toUpperCase(), value]))
	deepEqual(readCaptureInput(shouted, stored), readCaptureInput(whole, stored))
})

test('a scale set can be the target', () => {
	const scaleSet = `${group}/Microsoft.Compute/virtualMachineScaleSets/set01`
	equal(readCaptureInput({ ...whole, targetVM: scaleSet }, stored).targetVM.id, scaleSet)
})

for (const [body, fields] of [
	[{}, 'subscriptionId, networkWatcherResourceGroup, networkWatcherName, packetCaptureName, storageID, targetVM'],
	[[], 'subscriptionId, networkWatcherResourceGroup, networkWatcherName, packetCaptureName, storageID, targetVM'],
	[null, 'subscriptionId, networkWatcherResourceGroup, networkWatcherName, packetCaptureName, storageID, targetVM'],
	[{ ...whole, storageID: '' }, 'storageID'],
	[{ ...whole, subscriptionId: undefined, targetVM: null }, 'subscriptionId, targetVM'],
] as const) {
	test(`what is missing is told at once: ${fields} of ${JSON.stringify(body)?.slice(0, 20)}`, () => {
		throws(() => readCaptureInput(body, stored), { message: `Input is incomplete: ${fields}` })
	})
}

for (const [field, value, reason] of [
	['subscriptionId', '..', 'subscriptionId is not a subscription id: ..'],
	['subscriptionId', 5, 'subscriptionId is no text but 5'],
	['targetVM', deep, 'targetVM is no text but a list'],
	['storageID', { id: storageID }, 'storageID is no text but an object'],
	['networkWatcherResourceGroup', '..', 'networkWatcherResourceGroup is not a resource group name: ..'],
	['networkWatcherName', 'a/b', 'networkWatcherName is not a resource name: a/b'],
	['packetCaptureName', '..', 'packetCaptureName is not a resource name: ..'],
	['packetCaptureName', '.', 'packetCaptureName is not a resource name: .'],
	['storageID', targetVM, `storageID is not the id of a storage account: ${targetVM}`],
	['storageID', 'captures01', 'storageID is not an ARM id: captures01'],
	['targetVM', storageID, `targetVM is not the id of a virtual machine: ${storageID}`],
	['targetVM', `${targetVM}/../vm02`, `targetVM is not an ARM id: ${targetVM}/../vm02`],
] as const) {
	test(`${field} cannot be what it is not: ${reason}`, () => {
		throws(() => readCaptureInput({ ...whole, [field]: value }, stored), { message: `Input is incomplete: ${field}`, faults: [reason] })
	})
}

test('all faults stand in one error', () => {
	const body = { ...whole, subscriptionId: 'x', packetCaptureName: '', timeLimit: 18_001 }
	throws(() => readCaptureInput(body, stored), {
		message: 'Input is incomplete: subscriptionId, packetCaptureName, timeLimit',
		faults: ['subscriptionId is not a subscription id: x', 'timeLimit must be between 0 and 18000 seconds: 18001'],
	})
})

for (const [value, seconds] of [
	[undefined, undefined],
	[null, undefined],
	['', undefined],
	[0, undefined],
	['0', undefined],
	[1, 1],
	['60', 60],
	[18_000, 18_000],
] as const) {
	test(`the time limit ${JSON.stringify(value)} is ${seconds ?? "Azure's own"}`, () => {
		equal(readTimeLimit(value), seconds)
	})
}

for (const value of [-1, 18_001, 1.5, '1.5', '-1', ' 5', '5s', true, [], {}, '99999999999999999999', Number.POSITIVE_INFINITY]) {
	test(`the time limit ${JSON.stringify(value)} is refused by itself`, () => {
		throws(() => readCaptureInput({ ...whole, timeLimit: value }, stored), /^InputError: timeLimit must be between 0 and 18000 seconds: /)
	})
}

test('a time limit that is no number at all is refused by its type, however deeply it is nested', () => {
	const message = 'timeLimit must be between 0 and 18000 seconds: '
	throws(() => readCaptureInput({ ...whole, timeLimit: deep }, stored), { message: `${message}a list`, faults: [] })
	throws(() => readCaptureInput({ ...whole, timeLimit: { seconds: 5 } }, stored), { message: `${message}an object` })
})

test('for any whole number the time limit is taken from 1 to 18000', () => {
	forAny(fc.integer({ min: -100_000, max: 100_000 }), (seconds) => {
		const good = seconds > 0 && seconds <= 18_000
		if (seconds !== 0) equal(readTimeLimit(seconds), good ? seconds : `timeLimit must be between 0 and 18000 seconds: ${seconds}`)
	})
})

test('for any body nothing gets through that Azure must not see', () => {
	const value = fc.oneof(fc.string(), fc.constantFrom('..', '.', 'a/b', '', 'vm01', targetVM, storageID, subscriptionId), fc.jsonValue())
	const fields = Object.fromEntries(inputFields.map((field) => [field, value]))
	forAny(fc.record(fields, { requiredKeys: [] }), (body) => {
		try {
			const { subscriptionId: id, networkWatcherResourceGroup, networkWatcherName, packetCaptureName } = readCaptureInput(body, stored)
			match(id, /^[0-9a-f-]{36}$/i)
			for (const name of [networkWatcherResourceGroup, networkWatcherName, packetCaptureName]) doesNotMatch(name, /^\.*$|\//)
		} catch (error) {
			ok(/^(Input is incomplete: |timeLimit must be)/.test((error as Error).message))
		}
	})
})

test('a file on the machine needs no storage account', () => {
	const { storageID: _, ...without } = whole
	equal(readCaptureInput(without, { storageOptional: true }).storageID, undefined)
	equal(readCaptureInput(whole, { storageOptional: true }).storageID, storageID)
	throws(() => readCaptureInput({ ...whole, storageID: 'x' }, { storageOptional: true }), { faults: ['storageID is not an ARM id: x'] })
})

test('the first line names the seven fields', () => {
	equal(
		describeInput(readCaptureInput(whole, stored)),
		`subscriptionId: ${subscriptionId} networkWatcherResourceGroup: NetworkWatcherRG networkWatcherName: NetworkWatcher_eastus ` +
			`packetCaptureName: pc01 storageID: ${storageID} timeLimit: 60 targetVM: ${targetVM}`,
	)
})

test.run()

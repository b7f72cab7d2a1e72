import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'uvu'
import { checkResourceGroup, checkResourceName, checkSubscriptionId, parseArmId } from '../../src/runbooks/arm-names.ts'

const subscription = '11111111-2222-3333-4444-aAbBcC555555'
const id = `/subscriptions/${subscription}/resourceGroups/rg-app/providers/Microsoft.Compute/virtualMachines/vm01`

test('a subscription id is a GUID in any case', () => {
	equal(checkSubscriptionId(subscription, 'SubscriptionId'), subscription)
})

for (const value of ['', 'x', '..', `${subscription}/`, ` ${subscription}`, `${subscription}\n`, subscription.replaceAll('-', '')]) {
	test(`${JSON.stringify(value)} is no subscription id`, () => {
		throws(() => checkSubscriptionId(value, 'SubscriptionId'), { message: `SubscriptionId is not a subscription id: ${value}` })
	})
}

for (const value of ['rg', 'rg-app_1.(2)', 'größe', '資源', '-', 'a'.repeat(90)]) {
	test(`${value} can be a resource group`, () => {
		equal(checkResourceGroup(value, 'x'), value)
	})
}

for (const value of ['', '.', '..', 'rg.', 'a/b', 'a b', 'a?b', 'a%2e', 'a'.repeat(91), 'a\n']) {
	test(`${JSON.stringify(value)} can be no resource group`, () => {
		throws(() => checkResourceGroup(value, 'ResourceGroup'), { message: `ResourceGroup is not a resource group name: ${value}` })
	})
}

for (const value of ['a', '1', 'vm01', 'vm-1_', 'v.m', 'a'.repeat(80)]) {
	test(`${value} can be a resource name`, () => {
		equal(checkResourceName(value, 'x'), value)
	})
}

for (const value of ['', '_', '-vm', 'vm-', 'vm.', '..', 'a/b', 'a b', 'größe', 'a'.repeat(81), 'vm\n']) {
	test(`${JSON.stringify(value)} can be no resource name`, () => {
		throws(() => checkResourceName(value, 'Name'), { message: `Name is not a resource name: ${value}` })
	})
}

test('an ARM id is taken apart, in whatever case', () => {
	const parts = { subscriptionId: subscription, resourceGroup: 'rg-app', type: 'Microsoft.Compute/virtualMachines', name: 'vm01' }
	deepEqual(parseArmId(id, 'Id'), { id, ...parts })
	equal(parseArmId(id.toLowerCase(), 'Id').name, 'vm01')
	equal(parseArmId(id.toUpperCase(), 'Id').resourceGroup, 'RG-APP')
})

for (const value of [
	'',
	'vm01',
	`${id}?a=b`,
	`${id}/..`,
	`${id}/extensions/x`,
	id.replace('rg-app', '..'),
	id.replace('rg-app', ''),
	id.replace('vm01', '..'),
	...['..', '.', 'Microsoft.', '.Compute', 'Microsoft..Compute'].map((namespace) => id.replace('Microsoft.Compute', namespace)),
	id.replace(subscription, 'x'),
	id.slice(1),
	`${id}\n`,
]) {
	test(`${JSON.stringify(value)} is no ARM id`, () => {
		throws(() => parseArmId(value, 'Id'), { message: `Id is not an ARM id: ${value}` })
	})
}

test('a refused value is quoted up to 200 characters', () => {
	throws(() => checkResourceName('x'.repeat(5_000), 'Name'), { message: `Name is not a resource name: ${'x'.repeat(200)}…` })
})

test.run()

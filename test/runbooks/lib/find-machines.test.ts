import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'uvu'
import { openAzure, type SimulatedAzure, subscriptionId } from '../../azure/simulated-azure.ts'
import { startVmsWith } from '../run-start-vms.ts'

const id = `/subscriptions/${subscriptionId}/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/app01`

test('names are searched for in one list of all machines', async () => {
	await using all = await openAzure({ pageSize: 2 })
	const run = await startVmsWith(all, ['VM01', 'vm02', 'vm03'])
	deepEqual(run.results, ['vm01: Started', 'vm02: Started', 'vm03: AlreadyRunning'])
	equal(run.summary?.Results[0]?.ResourceGroup, 'rg-runbooks')
	equal(listCount(all), Math.ceil(all.simulator.world.machines.filter((machine) => machine.subscriptionId === subscriptionId).length / 2))
})

test('a name that no machine has is not found', async () => {
	await using all = await openAzure()
	const run = await startVmsWith(all, ['nope'])
	const error = `ResourceNotFound: Virtual machine 'nope' was not found in subscription '${subscriptionId}'.`
	deepEqual(run.summary?.Results, [{ Name: 'nope', ResourceGroup: null, Id: null, Result: 'NotFound', Seconds: 0, Error: error }])
	deepEqual(run.errors, [`nope: ${error}`])
})

test('a name that several machines have is ambiguous', async () => {
	await using all = await openAzure()
	const run = await startVmsWith(all, ['app01'])
	deepEqual([run.results, run.errors], [['app01: Ambiguous'], ["'app01' exists in rg-app and rg-web: give ResourceGroup."]])
	equal(run.exception, '1 of 1 virtual machines did not start: app01.')
})

test('the ServiceName chooses among machines of one name, and is no resource group otherwise', async () => {
	await using all = await openAzure()
	const run = await startVmsWith(all, [
		{ Name: 'app01', ServiceName: 'RG-WEB' },
		{ Name: 'vm03', ServiceName: 'rg-web' },
	])
	deepEqual(run.results, ['app01: Started', 'vm03: AlreadyRunning'])
	equal(all.simulator.vm('app01', 'rg-web').powerState, 'running')
	equal(all.simulator.vm('app01', 'rg-app').powerState, 'deallocated')
})

test('a place that is given is taken without a list', async () => {
	await using all = await openAzure()
	const run = await startVmsWith(all, [id, { Name: 'app01', ResourceGroup: 'rg-app' }, 'vm03'], { ResourceGroupName: 'rg-runbooks' })
	deepEqual(run.results, ['app01: Started', 'app01: Started', 'vm03: AlreadyRunning'])
	equal(listCount(all), 0)
})

test('a machine that is named twice is started once', async () => {
	await using all = await openAzure()
	const run = await startVmsWith(all, [
		id,
		id.toUpperCase(),
		{ Name: 'APP01', ResourceGroup: 'RG-web' },
		{ Name: 'app01', ServiceName: 'rg-web' },
	])
	deepEqual(run.results, ['app01: Started'])
	equal(all.simulator.requests.filter(({ operation }) => operation === 'start').length, 1)
})

test('a list that cannot be read fails the machines that need it, with the text of Azure', async () => {
	await using all = await openAzure()
	all.simulator.fail({ effect: 'forbid', operation: 'listAll' })
	const run = await startVmsWith(all, ['vm01', id])
	deepEqual(run.results, ['vm01: Failed', 'app01: Started'])
	match(run.errors[0] ?? '', /^vm01: AuthorizationFailed: The runbook's identity may not Microsoft\.Compute\/virtualMachines\/read on/)
})

test('an entry without a name is told while the others are started', async () => {
	await using all = await openAzure()
	const run = await startVmsWith(all, [{ ServiceName: 'x' }, 'vm01'])
	deepEqual([run.errors, run.results, run.exception], [['Entry 1 has no Name.'], ['vm01: Started'], undefined])
})

function listCount({ simulator }: SimulatedAzure): number {
	return simulator.requests.filter(({ operation }) => operation === 'listAll').length
}

test.run()

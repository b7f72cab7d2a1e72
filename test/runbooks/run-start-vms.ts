import startVms from '../../runbooks/start-vms.ts'
import type { SimulatedAzure } from '../azure/simulated-azure.ts'
import { callOnMachines, type MachineRun, runOnMachines } from './run-machine-runbook.ts'

/** Runs start-vms with a body as a webhook would, against the simulator. `values` are the parameters of the webhook. */
export async function startVmsWith(all: SimulatedAzure, body: unknown, values: Record<string, unknown> = {}): Promise<MachineRun> {
	return callOnMachines(startVms, all, { body, values })
}

export async function runStartVms(all: SimulatedAzure, values: Record<string, unknown>): Promise<MachineRun> {
	return runOnMachines(startVms, all, values)
}

import type { VirtualMachineInstanceView } from '@azure/arm-compute'

/** The word after `PowerState/` in a machine's instance view, such as `running` or `deallocated`; `unknown` where there is none. */
export function powerStateOf({ statuses }: VirtualMachineInstanceView): string {
	const status = statuses?.find(({ code }) => code?.startsWith('PowerState/'))
	return status?.code?.slice('PowerState/'.length) ?? 'unknown'
}

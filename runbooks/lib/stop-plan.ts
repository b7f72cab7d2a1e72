// What it takes to stop a machine, decided from its power state. Pure.

export const stopModes = ['Deallocate', 'PowerOff', 'Hibernate'] as const
export type StopMode = (typeof stopModes)[number]

/** What to do with a machine that is not on its way to another power state. */
export type StopStep = 'deallocate' | 'powerOff' | 'hibernate' | 'nothing'

/** A machine that was powered off is still billed, so deallocating goes on from there. Only what runs has anything to hibernate. */
export function planStop(mode: StopMode, powerState: string): StopStep {
	if (powerState === 'deallocated') return 'nothing'
	if (powerState === 'stopped') return mode === 'PowerOff' ? 'nothing' : 'deallocate'
	return ({ Deallocate: 'deallocate', PowerOff: 'powerOff', Hibernate: 'hibernate' } as const)[mode]
}

/** The tag that keeps a machine from being stopped. */
export const neverStopTag = 'runbooks-never-stop'

/** Whether the tags forbid to stop their machine. Azure does not tell names of tags apart by case. */
export function isNeverStopped(tags: Record<string, string> | undefined): boolean {
	return Object.entries(tags ?? {}).some(([name, value]) => name.toLowerCase() === neverStopTag && value.trim().toLowerCase() === 'true')
}

type ProcessEnd = { exitCode: number | null; signalCode: NodeJS.Signals | null }

/** Why a process ended that its runner did not end. */
export function exitText({ exitCode, signalCode }: ProcessEnd): string {
	if (signalCode === null) return `The runbook ended its process with exit code ${exitCode}.`
	return `The runbook's process was ended by ${signalCode}.`
}

type DeathFacts = {
	end: ProcessEnd
	/** What the runner blamed the runbook for when it killed the process. */
	blamedFor: string | undefined
	/** The runner or the watchdog killed the process for a reason of their own. */
	killed: boolean
	/** Jobs that the process has taken, this one included. */
	jobCount: number
	/** Whether the runbook of this job was about to run. */
	started: boolean
}

/** Whether the death of a job's process says nothing of its runbook, so that the job may be tried again. */
export function isInnocent({ end, blamedFor, killed, jobCount, started }: DeathFacts): boolean {
	// Where a job was served before, the content is loaded: until the runbook runs, only what the earlier job left can do harm.
	if (jobCount > 1 && !started) return true
	// A process that went by itself before the signal reached it went by itself.
	return blamedFor === undefined && killed && end.signalCode === 'SIGKILL'
}

/** Said of a runbook that cut its process off from the runner, which then ends it. */
export const channelText = 'The runbook closed the channel to its runner.'
/** Said of one that wrote what no sandbox writes. */
export const forgeryText = 'The runbook wrote into the channel to its runner.'

export function memoryText(memoryMb: number): string {
	return `The runbook ran out of memory: it may use ${memoryMb} MiB. More can be declared as memoryMb.`
}

import type { z } from 'zod'
import { RETENTION_JOBS_MAX, RETENTION_MB_MAX, RETENTION_MB_MIN, RETENTION_REST_JOBS } from './limits.ts'
import { wholeNumber } from './whole-number.ts'

/** How long and how much is kept: whichever is met first. */
export type RetentionSettings = {
	/** How long ended jobs are kept, days. */
	retentionDays: number
	/** How many of them are kept at the most. */
	retentionJobs: number
	/** How large the store may be before the oldest of them go, MiB. */
	retentionMb: number
	/** Space left on the disk of the data folder, MiB, below which they go; 0 = it is not looked at; undefined = by the disk's size. */
	diskLowMb: number | undefined
	/** How long entries of the audit trail are kept, days. */
	auditRetentionDays: number
}

const days = [wholeNumber(1, 3_650), 'a whole number from 1 to 3650'] as const

/** Each variable with the check of its text, and what is allowed in words. */
export const retentionVariables = {
	RUNHOOK_RETENTION_DAYS: days,
	RUNHOOK_RETENTION_JOBS: [
		wholeNumber(RETENTION_REST_JOBS, RETENTION_JOBS_MAX),
		`a whole number from ${RETENTION_REST_JOBS} to ${RETENTION_JOBS_MAX}`,
	],
	RUNHOOK_RETENTION_MB: [wholeNumber(RETENTION_MB_MIN, RETENTION_MB_MAX), `a whole number from ${RETENTION_MB_MIN} to ${RETENTION_MB_MAX}`],
	RUNHOOK_DISK_LOW_MB: [wholeNumber(0, RETENTION_MB_MAX), `a whole number from 0 to ${RETENTION_MB_MAX}`],
	RUNHOOK_AUDIT_RETENTION_DAYS: days,
} as const satisfies Record<string, readonly [z.ZodType, string]>

type Variables = { [Name in keyof typeof retentionVariables]?: z.output<(typeof retentionVariables)[Name][0]> | undefined }

/** The settings of the variables that are set, and the defaults of the others. */
export function retentionSettings(set: Variables): RetentionSettings {
	return {
		retentionDays: set.RUNHOOK_RETENTION_DAYS ?? 30,
		retentionJobs: set.RUNHOOK_RETENTION_JOBS ?? 1_000_000,
		retentionMb: set.RUNHOOK_RETENTION_MB ?? 10_240,
		diskLowMb: set.RUNHOOK_DISK_LOW_MB,
		auditRetentionDays: set.RUNHOOK_AUDIT_RETENTION_DAYS ?? 365,
	}
}

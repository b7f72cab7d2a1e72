// What the management API answers, as its own declarations have it.
import type { z } from 'zod'
import type { tokenSchema } from '../../http/access-token-operations.ts'
import type { statisticsSchema as countersSchema } from '../../http/account-operations.ts'
import type { eventSchema } from '../../http/audit-operations.ts'
import type { credentialSchema } from '../../http/credential-operations.ts'
import type { deliverySchema, deliverySummarySchema } from '../../http/delivery-body.ts'
import type { trialResultSchema } from '../../http/delivery-operations.ts'
import type { jobItemSchema, jobSchema } from '../../http/job-body.ts'
import type { runbookItemSchema, runbookSchema } from '../../http/runbook-body.ts'
import type { jobScheduleBodySchema, scheduleBodySchema } from '../../http/schedule-body.ts'
import type { runbookStatisticsSchema, statisticsSchema, webhookStatisticsSchema } from '../../http/statistics-operations.ts'
import type { streamSchema } from '../../http/stream-body.ts'
import type { variableSchema } from '../../http/variable-operations.ts'
import type { webhookSchema } from '../../http/webhook-body.ts'

export type JobItem = z.infer<typeof jobItemSchema>
export type Job = z.infer<typeof jobSchema>
export type StreamRecord = z.infer<typeof streamSchema>
export type Webhook = z.infer<typeof webhookSchema>
export type DeliverySummary = z.infer<typeof deliverySummarySchema>
export type Delivery = z.infer<typeof deliverySchema>
export type TrialResult = z.infer<typeof trialResultSchema>
export type RunbookItem = z.infer<typeof runbookItemSchema>
export type Runbook = z.infer<typeof runbookSchema>
export type Schedule = z.infer<typeof scheduleBodySchema>
export type JobSchedule = z.infer<typeof jobScheduleBodySchema>
export type Variable = z.infer<typeof variableSchema>
export type Credential = z.infer<typeof credentialSchema>
export type AccessToken = z.infer<typeof tokenSchema>
export type AuditEvent = z.infer<typeof eventSchema>
export type Counters = z.infer<typeof countersSchema>
export type JobStatistics = z.infer<typeof statisticsSchema>['value'][number]
export type RunbookStatistics = z.infer<typeof runbookStatisticsSchema>['value'][number]
export type WebhookStatistics = z.infer<typeof webhookStatisticsSchema>['value'][number]
export type Page<Item> = { value: Item[]; nextLink?: string }

import type { Generated } from 'kysely'
import type { AccessToken } from '../access/access-token.ts'
import type { AssetKind, AssetUse } from '../assets/asset-store.ts'
import type { JobStatus } from '../jobs/job-status.ts'
import type { MissedRule, OverlapRule } from '../schedules/schedule.ts'
import type { StreamType } from '../streams/job-stream.ts'
import type { Delivery } from '../webhooks/delivery.ts'

/** The tables as they stand in the migrations; the same names in every database. */
export type Tables = {
	settings: { name: string; value: string }
	runbook_contents: {
		content_hash: string
		runbook_name: string
		made_with: string
		definition: string
		files: string
		is_whole: number
		creation_time: number
		superseded_time: number | null
	}
	runbook_settings: {
		runbook_key: string
		description: string | null
		log_verbose: number | null
		log_progress: number | null
		log_activity_trace: number
		tags: string
	}
	runbook_states: { runbook_key: string; key: string; json: string }
	generated_uris: { token_hash: string; creation_time: number }
	webhooks: {
		webhook_id: Generated<number>
		name: string
		name_key: string
		token_hash: string
		runbook_name: string
		parameters: string
		description: string | null
		allowed_origins: string
		protections: Generated<string>
		origin: 'file' | 'api'
		is_enabled: number
		is_enabled_in_file: number
		expiry_time: number
		expired_time: number | null
		creation_time: number
		last_modified_time: number
		last_invoked_time: number | null
		deleted_time: number | null
		successor_hash: string | null
		expiry_warned_days: number | null
	}
	assets: {
		kind: AssetKind
		name: string
		name_key: string
		user_name: string | null
		value: string
		key_id: string | null
		description: string | null
		creation_time: number
		last_modified_time: number
	}
	asset_uses: {
		job_id: string
		kind: AssetKind
		name: string
		access: AssetUse['access']
		source: AssetUse['source']
		first_time: number
		last_time: number
		use_count: number
	}
	delivery_keys: {
		number: Generated<number>
		webhook_id: number
		key_hash: Uint8Array
		body_hash: Uint8Array
		job_id: string
		time: number
	}
	deliveries: {
		number: Generated<number>
		delivery_id: string
		webhook_name: string
		name_key: string
		kind: Delivery['kind']
		time: number
		duration_microseconds: number
		is_accepted: number
		status: number
		code: string | null
		reason: string | null
		is_repeated: number
		is_skipped: Generated<number>
		source_address: string | null
		headers: string
		body: Uint8Array | null
		job_id: string | null
		bytes: number
	}
	call_counts: { name_key: string; day: number; accepted_count: number; refused_count: number }
	jobs: JobRow
	sessions: { id_hash: string; token_hash: string; principal: string | null; creation_time: number; expiry_time: number }
	schedules: {
		schedule_id: Generated<number>
		name: string
		name_key: string
		description: string | null
		recurrence: string
		start_time: number
		expiry_time: number | null
		time_zone: string
		missed: MissedRule
		overlap: OverlapRule
		is_enabled: number
		origin: 'file' | 'api'
		declared_by: string | null
		creation_time: number
		last_modified_time: number
	}
	job_schedules: {
		job_schedule_id: string
		schedule_id: number
		runbook_name: string
		parameters: string
		decided_time: number
		last_failure: string | null
		creation_time: number
	}
	scheduled_runs: { job_schedule_id: string; due_time: number; job_id: string | null; open_job_schedule_id: string | null }
	access_tokens: {
		name: string
		name_key: string
		token_hash: string
		role: AccessToken['role']
		description: string | null
		is_enabled: number
		expiry_time: number
		creation_time: number
		created_by: string
		last_used_time: number | null
	}
	audit_events: { sequence: number; previous_hash: string; hash: string; text: string }
	audit_head: { sequence: number; previous_hash: string; hash: string }
	job_streams: { job_id: string; sequence: number; time: number; stream_type: StreamType; json: string }
}

export type JobRow = {
	number: Generated<number>
	job_id: string
	name: string | null
	name_key: string | null
	runbook_name: string
	content_hash: string
	webhook_id: number | null
	webhook_name: string | null
	parameters: string
	status: JobStatus
	status_details: string
	started_by: string | null
	is_test: number
	request_hash: string | null
	exception: string | null
	held_by: string | null
	try_count: number
	creation_time: number
	start_time: number | null
	end_time: number | null
	last_modified_time: number
	last_status_modified_time: number
	traceparent: string | null
	priority: Generated<number>
	concurrency_key: string | null
	key_concurrency: number | null
	is_behind: Generated<number>
	queued_time: number | null
	claim_time: number | null
}

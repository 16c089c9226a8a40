"""Vedette's own service: what AWS has no operation for, asked and answered as AWS would."""

from vedette.api.operations import Handler, OperationsDoor
from vedette.api.own.account import (
    create_access_key,
    create_group,
    create_user,
    delete_access_key,
    delete_group,
    delete_policy,
    delete_user,
    get_user,
    list_groups,
    list_policies,
    list_users,
    put_policy,
    update_access_key,
    update_group,
    update_user,
)
from vedette.api.own.aliases import delete_alias, describe_alias, list_aliases, roll_back_alias, set_alias
from vedette.api.own.backbones import add_backbone, delete_backbone, list_backbones
from vedette.api.own.batches import (
    delete_batch_detection,
    describe_batch_detection,
    get_batch_results,
    list_batch_detections,
    resume_batch_detection,
    start_batch_detection,
    stop_batch_detection,
)
from vedette.api.own.changes import change_entries, describe_change, undo_change
from vedette.api.own.cluster import describe_cluster, drain_node, resume_node
from vedette.api.own.comparisons import compare_versions, list_compared_images
from vedette.api.own.console_sessions import (
    end_console_session,
    list_console_sessions,
    remove_second_factors,
)
from vedette.api.own.devices import (
    create_device,
    create_device_token,
    delete_device,
    describe_device,
    get_device_signing_key,
    list_devices,
    update_device,
)
from vedette.api.own.drafts import accept_drafts, discard_drafts, list_drafts, start_drafts, stop_drafts
from vedette.api.own.edge_packages import download_edge_package, list_edge_packages, start_edge_package
from vedette.api.own.entries import list_entries, move_entries, remove_entries, update_entries
from vedette.api.own.evaluations import get_evaluation_columns, list_evaluation_images
from vedette.api.own.examples import create_example_project
from vedette.api.own.exports import (
    cancel_export,
    create_export,
    delete_export,
    describe_export,
    list_exports,
)
from vedette.api.own.faults import translate
from vedette.api.own.feedback import describe_feedback, update_feedback
from vedette.api.own.heat_maps import get_heat_map
from vedette.api.own.history import count_changes, list_changes, list_entry_events, revert_change
from vedette.api.own.imports import (
    add_import_piece,
    cancel_import,
    configure_import,
    create_import,
    delete_import,
    describe_import,
    get_import_manifest,
    list_import_lines,
    list_imports,
    mend_import_lines,
    read_import,
    run_import,
)
from vedette.api.own.key_uses import list_key_uses
from vedette.api.own.labels import list_label_settings, update_label_settings
from vedette.api.own.loop_actor import LoopOperations
from vedette.api.own.loops import (
    continue_loop,
    delete_loop,
    describe_loop,
    list_loops,
    start_loop,
    stop_loop,
)
from vedette.api.own.models import describe_training, download_model
from vedette.api.own.my_rounds import (
    get_my_round,
    list_my_rounds,
    list_my_tasks,
    note_answer,
    put_round_mask,
    submit_answers,
)
from vedette.api.own.next_steps import list_next_steps
from vedette.api.own.notifications import list_notifications, send_test_notification
from vedette.api.own.permissions import PERMISSIONS
from vedette.api.own.queries import count_entries, query_entries
from vedette.api.own.rounds import (
    assign_round,
    cancel_round,
    create_round,
    delete_round,
    describe_one_round,
    describe_round_agreement,
    end_round,
    hand_back_round,
    list_round_people,
    list_round_pictures,
    list_rounds,
    preview_hand_back,
    reassign_tasks,
    resolve_round_conflicts,
    review_answers,
    update_round,
)
from vedette.api.own.serving import describe_serving
from vedette.api.own.slices import get_evaluation_slices
from vedette.api.own.snapshots import (
    create_snapshot,
    delete_snapshot,
    describe_one_restoration,
    describe_snapshot,
    list_snapshots,
    restore_snapshot,
)
from vedette.api.own.suggestions import (
    dismiss_suggestions,
    find_different,
    list_dismissed_suggestions,
    list_suggestions,
    restore_suggestions,
    start_suggestions,
    stop_suggestions,
)
from vedette.api.own.thresholds import get_version_thresholds, put_version_thresholds
from vedette.api.own.trainings import get_training_report, preview_training, stop_training
from vedette.api.own.trials import (
    add_trial_pictures,
    delete_trial_detection,
    describe_trial_detection,
    get_trial_mask,
    list_trial_detections,
    list_trial_pictures,
    start_trial_detection,
    stop_trial_detection,
    verify_trial_pictures,
)
from vedette.api.own.usage import list_usage
from vedette.api.own.version_pages import (
    check_project_policy,
    describe_training_failure,
    update_model_description,
)
from vedette.api.own.versions import list_version_changes
from vedette.api.protocols import RestJsonProtocol

OPERATIONS: dict[str, Handler] = {
    "DeleteAlias": delete_alias,
    "DescribeAlias": describe_alias,
    "ListAliases": list_aliases,
    "AddBackbone": add_backbone,
    "DeleteBackbone": delete_backbone,
    "ListBackbones": list_backbones,
    "RollBackAlias": roll_back_alias,
    "SetAlias": set_alias,
    "AddImportPiece": add_import_piece,
    "CancelImport": cancel_import,
    "CheckProjectPolicy": check_project_policy,
    "ConfigureImport": configure_import,
    "CreateImport": create_import,
    "DeleteImport": delete_import,
    "DescribeImport": describe_import,
    "GetImportManifest": get_import_manifest,
    "ListImportLines": list_import_lines,
    "ListImports": list_imports,
    "MendImportLines": mend_import_lines,
    "ReadImport": read_import,
    "RunImport": run_import,
    "DeleteBatchDetection": delete_batch_detection,
    "DescribeBatchDetection": describe_batch_detection,
    "GetBatchResults": get_batch_results,
    "ListBatchDetections": list_batch_detections,
    "ResumeBatchDetection": resume_batch_detection,
    "StartBatchDetection": start_batch_detection,
    "StopBatchDetection": stop_batch_detection,
    "ContinueLoop": continue_loop,
    "DeleteLoop": delete_loop,
    "DescribeLoop": describe_loop,
    "ListLoops": list_loops,
    "StartLoop": start_loop,
    "StopLoop": stop_loop,
    "CancelExport": cancel_export,
    "CreateExport": create_export,
    "DeleteExport": delete_export,
    "DescribeExport": describe_export,
    "ListExports": list_exports,
    "DownloadEdgePackage": download_edge_package,
    "ListEdgePackages": list_edge_packages,
    "StartEdgePackage": start_edge_package,
    "CreateDevice": create_device,
    "CreateDeviceToken": create_device_token,
    "DeleteDevice": delete_device,
    "DescribeDevice": describe_device,
    "GetDeviceSigningKey": get_device_signing_key,
    "ListDevices": list_devices,
    "UpdateDevice": update_device,
    "DescribeCluster": describe_cluster,
    "DrainNode": drain_node,
    "ResumeNode": resume_node,
    "DescribeFeedback": describe_feedback,
    "UpdateFeedback": update_feedback,
    "AddTrialPictures": add_trial_pictures,
    "DeleteTrialDetection": delete_trial_detection,
    "DescribeTrialDetection": describe_trial_detection,
    "GetTrialMask": get_trial_mask,
    "ListTrialDetections": list_trial_detections,
    "ListTrialPictures": list_trial_pictures,
    "StartTrialDetection": start_trial_detection,
    "StopTrialDetection": stop_trial_detection,
    "VerifyTrialPictures": verify_trial_pictures,
    "AcceptDrafts": accept_drafts,
    "AssignRound": assign_round,
    "CancelRound": cancel_round,
    "ChangeEntries": change_entries,
    "CompareVersions": compare_versions,
    "CountChanges": count_changes,
    "CountEntries": count_entries,
    "CreateAccessKey": create_access_key,
    "CreateExampleProject": create_example_project,
    "CreateGroup": create_group,
    "CreateRound": create_round,
    "CreateSnapshot": create_snapshot,
    "CreateUser": create_user,
    "DeleteAccessKey": delete_access_key,
    "DeleteGroup": delete_group,
    "DeletePolicy": delete_policy,
    "DeleteRound": delete_round,
    "DeleteSnapshot": delete_snapshot,
    "DeleteUser": delete_user,
    "EndConsoleSession": end_console_session,
    "ListConsoleSessions": list_console_sessions,
    "RemoveSecondFactors": remove_second_factors,
    "DescribeChange": describe_change,
    "DescribeRestoration": describe_one_restoration,
    "DescribeRound": describe_one_round,
    "DescribeRoundAgreement": describe_round_agreement,
    "DescribeServing": describe_serving,
    "DescribeSnapshot": describe_snapshot,
    "DescribeTraining": describe_training,
    "DiscardDrafts": discard_drafts,
    "DismissSuggestions": dismiss_suggestions,
    "DescribeTrainingFailure": describe_training_failure,
    "DownloadModel": download_model,
    "FindDifferent": find_different,
    "EndRound": end_round,
    "GetEvaluationColumns": get_evaluation_columns,
    "GetEvaluationSlices": get_evaluation_slices,
    "GetHeatMap": get_heat_map,
    "GetMyRound": get_my_round,
    "GetTrainingReport": get_training_report,
    "GetUser": get_user,
    "ListChanges": list_changes,
    "ListDrafts": list_drafts,
    "GetVersionThresholds": get_version_thresholds,
    "HandBackRound": hand_back_round,
    "ListEntries": list_entries,
    "ListEntryEvents": list_entry_events,
    "ListEvaluationImages": list_evaluation_images,
    "ListGroups": list_groups,
    "ListKeyUses": list_key_uses,
    "ListNotifications": list_notifications,
    "SendTestNotification": send_test_notification,
    "ListLabelSettings": list_label_settings,
    "ListMyRounds": list_my_rounds,
    "ListMyTasks": list_my_tasks,
    "ListPolicies": list_policies,
    "ListRoundPeople": list_round_people,
    "ListRoundPictures": list_round_pictures,
    "ListRounds": list_rounds,
    "ListSnapshots": list_snapshots,
    "ListUsage": list_usage,
    "ListUsers": list_users,
    "ListComparedImages": list_compared_images,
    "ListDismissedSuggestions": list_dismissed_suggestions,
    "ListNextSteps": list_next_steps,
    "ListSuggestions": list_suggestions,
    "RestoreSuggestions": restore_suggestions,
    "ListVersionChanges": list_version_changes,
    "MoveEntries": move_entries,
    "NoteAnswer": note_answer,
    "QueryEntries": query_entries,
    "PreviewHandBack": preview_hand_back,
    "PreviewTraining": preview_training,
    "PutPolicy": put_policy,
    "PutRoundMask": put_round_mask,
    "PutVersionThresholds": put_version_thresholds,
    "ReassignTasks": reassign_tasks,
    "RemoveEntries": remove_entries,
    "StartDrafts": start_drafts,
    "StartSuggestions": start_suggestions,
    "StopDrafts": stop_drafts,
    "StopSuggestions": stop_suggestions,
    "StopTraining": stop_training,
    "ResolveRoundConflicts": resolve_round_conflicts,
    "RestoreSnapshot": restore_snapshot,
    "RevertChange": revert_change,
    "ReviewAnswers": review_answers,
    "SubmitAnswers": submit_answers,
    "UpdateAccessKey": update_access_key,
    "UndoChange": undo_change,
    "UpdateEntries": update_entries,
    "UpdateGroup": update_group,
    "UpdateLabelSettings": update_label_settings,
    "UpdateModelDescription": update_model_description,
    "UpdateRound": update_round,
    "UpdateUser": update_user,
}

DOOR = OperationsDoor(
    RestJsonProtocol("vedette", family="json"),
    OPERATIONS,
    translate,
    title="Vedette's own",
    permissions=PERMISSIONS,
)

__all__ = ["DOOR", "OPERATIONS", "LoopOperations", "translate"]

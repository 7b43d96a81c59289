"""Approvals, pure: who is asked, who may decide, what a vote does, and what the audit trail keeps."""

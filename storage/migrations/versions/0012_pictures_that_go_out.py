"""pictures that go out

Revision: 0012
Follows: 0011
"""

from alembic import op
import sqlalchemy as sa


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('outbox', sa.Column('picture', sa.LargeBinary(), nullable=True))
    op.add_column('sandbox_message', sa.Column('attachment', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column('sandbox_message', 'attachment')
    op.drop_column('outbox', 'picture')

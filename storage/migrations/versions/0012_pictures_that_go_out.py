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
    for table in ('outbox', 'sandbox_message'):
        op.add_column(table, sa.Column('picture', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for table in ('outbox', 'sandbox_message'):
        op.drop_column(table, 'picture')

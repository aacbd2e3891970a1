"""tables that sellers send

Revision: 0013
Follows: 0012
"""

from alembic import op
import sqlalchemy as sa

import storage.columns


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sent_table',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('payload', sa.JSON(), server_default='{}', nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('name', sa.Text(), server_default='', nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('created_at', storage.columns.Moment(timezone=True), nullable=False),
    sa.Column('lease_until', storage.columns.Moment(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sent_table'))
    )
    with op.batch_alter_table('sent_table', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sent_table_state'), ['state'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('sent_table', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sent_table_state'))

    op.drop_table('sent_table')

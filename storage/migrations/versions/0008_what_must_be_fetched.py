"""what must be fetched, and codes to welcome by

Revision: 0008
Follows: 0007
"""

from alembic import op
import sqlalchemy as sa
import sqlmodel
import storage.columns


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pull',
    sa.Column('account', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('first_at', storage.columns.Moment(timezone=True), nullable=False),
    sa.Column('salt', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('cursor', sa.Text(), server_default='', nullable=False),
    sa.Column('token', sa.Text(), server_default='', nullable=False),
    sa.Column('token_at', storage.columns.Moment(timezone=True), nullable=True),
    sa.Column('asked', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('holder', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('lease_until', storage.columns.Moment(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('account', name=op.f('pk_pull'))
    )
    op.create_table('welcome',
    sa.Column('account', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('code', sa.Text(), server_default='', nullable=False),
    sa.Column('until', storage.columns.Moment(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('account', 'external_id', name=op.f('pk_welcome'))
    )


def downgrade() -> None:
    op.drop_table('welcome')
    op.drop_table('pull')

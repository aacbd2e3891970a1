"""one person of several, and who brought whom

Revision: 0007
Follows: 0006
"""

from alembic import op
import sqlalchemy as sa
import sqlmodel
import storage.columns


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('found', sa.JSON(), server_default='{}', nullable=False))
        batch_op.add_column(sa.Column('facts', sa.JSON(), server_default='{}', nullable=False))
        batch_op.add_column(sa.Column('merged_into', _id, nullable=True))

    op.create_table('identity',
    sa.Column('id', _id, nullable=False),
    sa.Column('customer_id', _id, nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('account', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('value', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', storage.columns.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_identity_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity')),
    sa.UniqueConstraint('customer_id', 'kind', 'account', 'value', name=op.f('uq_identity_customer_id_kind_account_value'))
    )
    with op.batch_alter_table('identity', schema=None) as batch_op:
        batch_op.create_index('ix_identity_value', ['value', 'kind'], unique=False)

    op.create_table('merge',
    sa.Column('id', _id, nullable=False),
    sa.Column('kept_id', _id, nullable=False),
    sa.Column('gone_id', _id, nullable=False),
    sa.Column('at', storage.columns.Moment(timezone=True), nullable=False),
    sa.Column('by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('why', sa.Text(), server_default='', nullable=False),
    sa.Column('moved', sa.JSON(), server_default='{}', nullable=False),
    sa.Column('undone_at', storage.columns.Moment(timezone=True), nullable=True),
    sa.Column('undone_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['gone_id'], ['customer.id'], name=op.f('fk_merge_gone_id')),
    sa.ForeignKeyConstraint(['kept_id'], ['customer.id'], name=op.f('fk_merge_kept_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_merge'))
    )
    with op.batch_alter_table('merge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_merge_gone_id'), ['gone_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_merge_kept_id'), ['kept_id'], unique=False)

    op.create_table('referral',
    sa.Column('id', _id, nullable=False),
    sa.Column('customer_id', _id, nullable=False),
    sa.Column('by_id', _id, nullable=False),
    sa.Column('at', storage.columns.Moment(timezone=True), nullable=False),
    sa.Column('how', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('words', sa.Text(), server_default='', nullable=False),
    sa.Column('rewarded_at', storage.columns.Moment(timezone=True), nullable=True),
    sa.Column('reward', sa.Text(), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['customer.id'], name=op.f('fk_referral_by_id')),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_referral_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral')),
    sa.UniqueConstraint('customer_id', name=op.f('uq_referral_customer_id'))
    )
    with op.batch_alter_table('referral', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_referral_by_id'), ['by_id'], unique=False)


def downgrade() -> None:
    for table in ('referral', 'merge', 'identity'):
        op.drop_table(table)
    with op.batch_alter_table('customer', schema=None) as batch_op:
        for column in ('merged_into', 'facts', 'found'):
            batch_op.drop_column(column)

"""the one ledger and what is left to the seller

Revision: 0009
Follows: 0008
"""

from alembic import op
import sqlalchemy as sa
import sqlmodel
import storage.columns


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('task',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('customer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('about', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('draft', sa.Text(), server_default='', nullable=False),
    sa.Column('why', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('created_at', storage.columns.Moment(timezone=True), nullable=False),
    sa.Column('until', storage.columns.Moment(timezone=True), nullable=True),
    sa.Column('again_at', storage.columns.Moment(timezone=True), nullable=True),
    sa.Column('settled_at', storage.columns.Moment(timezone=True), nullable=True),
    sa.Column('outbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_task_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task')),
    sa.UniqueConstraint('key', name=op.f('uq_task_key'))
    )
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.create_index('ix_task_customer_id', ['customer_id'], unique=False)
        batch_op.create_index('ix_task_open', ['created_at'], unique=False, sqlite_where=sa.text("state IN ('open', 'later')"), postgresql_where=sa.text("state IN ('open', 'later')"))

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rule', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('priority', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('late', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('began_at', storage.columns.Moment(timezone=True), nullable=True))
        batch_op.create_index('ix_outbox_unasked', ['contact_id'], unique=False, sqlite_where=sa.text("kind IN ('care', 'promo')"), postgresql_where=sa.text("kind IN ('care', 'promo')"))

    with op.batch_alter_table('timer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('priority', sa.Integer(), server_default='0', nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('timer', schema=None) as batch_op:
        batch_op.drop_column('priority')

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_unasked', sqlite_where=sa.text("kind IN ('care', 'promo')"), postgresql_where=sa.text("kind IN ('care', 'promo')"))
        batch_op.drop_column('began_at')
        batch_op.drop_column('late')
        batch_op.drop_column('priority')
        batch_op.drop_column('rule')

    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.drop_index('ix_task_open', sqlite_where=sa.text("state IN ('open', 'later')"), postgresql_where=sa.text("state IN ('open', 'later')"))
        batch_op.drop_index('ix_task_customer_id')

    op.drop_table('task')

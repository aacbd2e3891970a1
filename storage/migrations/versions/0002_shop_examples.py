"""shop examples, and how each message was read

Revision: 0002
Follows: 0001
"""

from alembic import op
import sqlalchemy as sa
import sqlmodel
import storage.columns


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('shop_example',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('intent', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('complaint', sa.Boolean(), nullable=False),
    sa.Column('seller', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', storage.columns.Moment(timezone=True), nullable=False),
    sa.Column('message_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_shop_example_message_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_example')),
    sa.UniqueConstraint('text', name=op.f('uq_shop_example_text'))
    )
    with op.batch_alter_table('shop_example', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shop_example_message_id'), ['message_id'], unique=False)

    # with a default each, so that neither database has to write its messages anew
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('intent', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('certainty', sa.Float(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('complaint', sa.Float(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('because', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('joined', sa.Text(), server_default='', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_column('joined')
        batch_op.drop_column('because')
        batch_op.drop_column('complaint')
        batch_op.drop_column('certainty')
        batch_op.drop_column('intent')

    with op.batch_alter_table('shop_example', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shop_example_message_id'))

    op.drop_table('shop_example')

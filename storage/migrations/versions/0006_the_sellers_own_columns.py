"""the sellers' own columns

Revision: 0006
Follows: 0005
"""

from alembic import op
import sqlalchemy as sa


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('customer', 'shop_order'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('extra', sa.Text(), server_default='', nullable=False))


def downgrade() -> None:
    for table in ('customer', 'shop_order'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('extra')

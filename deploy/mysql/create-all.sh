#!/bin/sh
# Run once by the MySQL image, on an empty volume: the coordinator's database and those of the shop, each account with its own password.
set -eu
mysql --user=root --password="$MYSQL_ROOT_PASSWORD" <<SQL
CREATE DATABASE IF NOT EXISTS assent CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS 'assent'@'%' IDENTIFIED BY '$ASSENT_DATABASE_PASSWORD';
GRANT ALL PRIVILEGES ON assent.* TO 'assent'@'%';
CREATE DATABASE IF NOT EXISTS shop_order CHARACTER SET utf8mb4;
CREATE DATABASE IF NOT EXISTS shop_inventory CHARACTER SET utf8mb4;
CREATE DATABASE IF NOT EXISTS shop_payment CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS 'shop'@'%' IDENTIFIED BY '$SHOP_DATABASE_PASSWORD';
GRANT ALL PRIVILEGES ON \`shop\\_%\`.* TO 'shop'@'%';
SQL
